import { InputError } from '../text/errors.js';
import { ceilDiv } from '../text/exact.js';
import { nearest } from '../text/nearest.js';

/**
 * A storage format: `blockSize` elements are stored together in `blockBytes` bytes.
 *
 * Plain formats have one element a block; llama.cpp's quantized ones have 32 and include their scales, so a byte
 * count from them is exact and not an average.
 */
export interface Dtype {
  readonly name: string;
  /** Elements in one block. */
  readonly blockSize: number;
  /** Bytes of one block. */
  readonly blockBytes: number;
  /** Other spellings: those of PyTorch, Hugging Face, vLLM and llama.cpp. */
  readonly aliases: readonly string[];
}

/**
 * Every storage format, from the largest to the smallest.
 *
 * - Plain: IEEE 754, bfloat16, OCP FP8 (E4M3, E5M2); `int8` and `int4` without scales, as papers count them.
 * - `fp8_per_token_head`: FP8 whose scales are one for each head of a token and not each block, so an engine adds them.
 * - `mxfp8`: 32 FP8 elements and a one-byte scale (OCP Microscaling Formats v1.0); `nvfp4`: 16 FP4 elements and a
 *   one-byte scale (vllm-project/vllm v0.33.0, `vllm/v1/kv_cache_interface.py`, `nvfp4_kv_cache_full_dim`).
 * - `turboquant_*`, `octave_*`: packed by vLLM, keys and values of the same or of other bits, which are shown as their mean;
 *   what is stored beside each head's vector the engine adds. `ultraquant_4bit`: 32 elements and a one-byte scale. Words of
 *   vLLM that differ in nothing but kernels or rounding are aliases: `fp8_inc`, `nvfp4_4over6`, and `fp8_ds_mla` and
 *   `nvfp4_ds_mla` for latents.
 * - `q8_0` to `iq4_nl`: ggml's blocks of 32 with their scales; ggml-org/llama.cpp, `ggml/src/ggml-common.h`
 *   (`block_q8_0` and its neighbours), b4000 to v0.5.0.
 */
export const DTYPES = [
  { name: 'fp32', blockSize: 1, blockBytes: 4, aliases: ['f32', 'float32', 'float'] },
  { name: 'fp16', blockSize: 1, blockBytes: 2, aliases: ['f16', 'float16', 'half'] },
  { name: 'bf16', blockSize: 1, blockBytes: 2, aliases: ['bfloat16'] },
  { name: 'q8_0', blockSize: 32, blockBytes: 34, aliases: [] },
  { name: 'mxfp8', blockSize: 32, blockBytes: 33, aliases: [] },
  {
    name: 'fp8_e4m3',
    blockSize: 1,
    blockBytes: 1,
    aliases: ['fp8', 'float8_e4m3fn', 'float8_e4m3', 'e4m3', 'fp8_inc', 'fp8_ds_mla'],
  },
  { name: 'fp8_e5m2', blockSize: 1, blockBytes: 1, aliases: ['float8_e5m2', 'e5m2'] },
  { name: 'fp8_per_token_head', blockSize: 1, blockBytes: 1, aliases: [] },
  { name: 'int8', blockSize: 1, blockBytes: 1, aliases: ['i8', 'int8_per_token_head'] },
  { name: 'turboquant_k8v4', blockSize: 4, blockBytes: 3, aliases: [] },
  { name: 'q5_1', blockSize: 32, blockBytes: 24, aliases: [] },
  { name: 'q5_0', blockSize: 32, blockBytes: 22, aliases: [] },
  { name: 'q4_1', blockSize: 32, blockBytes: 20, aliases: [] },
  {
    name: 'nvfp4',
    blockSize: 16,
    blockBytes: 9,
    aliases: ['fp4_mx_block16', 'nvfp4_4over6', 'nvfp4_ds_mla'],
  },
  { name: 'q4_0', blockSize: 32, blockBytes: 18, aliases: [] },
  { name: 'iq4_nl', blockSize: 32, blockBytes: 18, aliases: [] },
  { name: 'ultraquant_4bit', blockSize: 32, blockBytes: 17, aliases: [] },
  { name: 'int4', blockSize: 2, blockBytes: 1, aliases: ['i4', 'int4_per_token_head'] },
  { name: 'turboquant_4bit_nc', blockSize: 2, blockBytes: 1, aliases: [] },
  { name: 'turboquant_k3v4_nc', blockSize: 16, blockBytes: 7, aliases: [] },
  { name: 'octave_k3v4', blockSize: 16, blockBytes: 7, aliases: [] },
  { name: 'turboquant_3bit_nc', blockSize: 8, blockBytes: 3, aliases: [] },
  { name: 'octave_k3v3', blockSize: 8, blockBytes: 3, aliases: [] },
  { name: 'octave_k3v3_compact', blockSize: 8, blockBytes: 3, aliases: [] },
] as const satisfies readonly Dtype[];

/** The name of a storage format that this library knows. */
export type DtypeName = (typeof DTYPES)[number]['name'];

const byName = new Map<string, Dtype & { name: DtypeName }>(
  DTYPES.flatMap((dtype) => [dtype.name, ...dtype.aliases].map((name) => [name, dtype] as const)),
);

/** The format of that exact name. */
export function dtypeOf(name: DtypeName): Dtype {
  const dtype = byName.get(name);
  if (dtype === undefined) {
    throw new InputError(`Unknown dtype "${name}".`);
  }
  return dtype;
}

/**
 * The format that a name or alias means, without regard to case; a `torch.` prefix is accepted.
 *
 * @throws InputError for an unknown name, with the nearest known one.
 */
export function parseDtype(text: string): DtypeName {
  const key = text
    .trim()
    .toLowerCase()
    .replace(/^torch\./, '');
  const dtype = byName.get(key);
  if (dtype === undefined) {
    const guess = nearest(key, [...byName.keys()]);
    const names = DTYPES.map(({ name }) => name).join(', ');
    throw new InputError(
      `Unknown dtype "${text.length > 60 ? `${text.slice(0, 57)}...` : text}"${guess === undefined ? '' : `; did you mean ${guess}?`} Known: ${names}.`,
    );
  }
  return dtype.name;
}

/** Bytes of one row of that many elements: whole blocks, a partly filled last one counted in full. */
export function rowBytes(dtype: Dtype, elements: number): number {
  return ceilDiv(elements, dtype.blockSize) * dtype.blockBytes;
}
