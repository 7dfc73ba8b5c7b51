import type { DtypeName } from '../../model/dtype.js';
import { InputError } from '../../text/errors.js';
import { roundUp } from '../../text/exact.js';
import type { VllmRelease } from './facts.js';
import { VLLM_RELEASES } from './releases.js';
import type { VllmSettings } from './settings.js';

/** How vLLM stores keys and values, and what it stores beside each head's vector. */
export interface CacheType {
  /** The word for `--kv-cache-dtype`. */
  readonly flag: string;
  readonly keyBits: number;
  readonly valueBits: number;
  /** Bits of the elements of a key that are rotated, where those have others. */
  readonly rotatedKeyBits?: number;
  readonly keyScale?: Scale;
  readonly valueScale?: Scale;
  /** A head's key and value are packed into one slot, a multiple of so many bytes. */
  readonly slotMultiple?: number;
  /** Elements that a head must be a multiple of. */
  readonly headMultiple?: number;
  /** Tokens in a block that its kernels ask for. */
  readonly preferredBlockSize?: number;
  /** The first and last layers of a model without recurrent ones stay in its own dtype. */
  readonly keepsBoundaryLayers?: boolean;
}

/** Bytes of scale, norm or zero for so many elements of a head, or for all of them. */
interface Scale {
  readonly bytes: number;
  readonly elements?: number;
}

const PER_HEAD = { keyScale: { bytes: 4 }, valueScale: { bytes: 4 } };
/** A key's norm in fp16; a value's scale and zero in fp16. */
const TURBOQUANT = {
  keyScale: { bytes: 2 },
  valueScale: { bytes: 4 },
  slotMultiple: 2,
  keepsBoundaryLayers: true,
};
/** A scale in fp16 for each rotation: of 64 elements of a key, or of all; and for a value. */
const OCTAVE = {
  keyBits: 3,
  rotatedKeyBits: 4,
  keyScale: { bytes: 2, elements: 64 },
  valueScale: { bytes: 2 },
  slotMultiple: 8,
  headMultiple: 64,
};

/**
 * The formats that vLLM has under names of this library. `int8` and `int4` are its `int8_per_token_head` and
 * `int4_per_token_head`, with one fp32 scale for each head's key and one for its value, as `fp8_per_token_head` has.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/config/cache.py` (`CacheDType`), `customize_spec` of
 * `vllm/v1/attention/backends/triton_attn.py`, `flashinfer.py`, `turboquant_attn.py`, `ultraquant_attn.py` and
 * `rocm_octave_attn.py`, `vllm/utils/torch_utils.py` (`nvfp4_kv_cache_full_dim`),
 * `vllm/model_executor/layers/quantization/turboquant/config.py` (`TQ_PRESETS`, `TurboQuantConfig`),
 * `vllm/v1/attention/ops/ultraquant/format.py` (`slot_size`), `vllm/v1/attention/ops/rocm_octave.py` (`OctaveFormat`).
 */
export const CACHE_TYPES: ReadonlyMap<DtypeName, CacheType> = new Map<DtypeName, CacheType>([
  ['fp16', plain('float16', 16)],
  ['bf16', plain('bfloat16', 16)],
  ['fp8_e4m3', plain('fp8_e4m3', 8)],
  ['fp8_e5m2', plain('fp8_e5m2', 8)],
  ['fp8_per_token_head', { ...plain('fp8_per_token_head', 8), ...PER_HEAD }],
  ['int8', { ...plain('int8_per_token_head', 8), ...PER_HEAD }],
  ['int4', { ...plain('int4_per_token_head', 4), ...PER_HEAD }],
  ['nvfp4', grouped('nvfp4', 16)],
  [
    'turboquant_k8v4',
    { flag: 'turboquant_k8v4', ...TURBOQUANT, keyBits: 8, keyScale: { bytes: 0 }, valueBits: 4 },
  ],
  ['turboquant_4bit_nc', { ...plain('turboquant_4bit_nc', 4), ...TURBOQUANT }],
  ['turboquant_k3v4_nc', { flag: 'turboquant_k3v4_nc', ...TURBOQUANT, keyBits: 3, valueBits: 4 }],
  ['turboquant_3bit_nc', { ...plain('turboquant_3bit_nc', 3), ...TURBOQUANT }],
  ['octave_k3v4', { flag: 'octave_k3v4', ...OCTAVE, valueBits: 4 }],
  ['octave_k3v3', { flag: 'octave_k3v3', ...OCTAVE, valueBits: 3 }],
  [
    'octave_k3v3_compact',
    {
      ...plain('octave_k3v3_compact', 3),
      keyScale: { bytes: 2 },
      valueScale: { bytes: 2 },
      slotMultiple: 4,
      headMultiple: 64,
    },
  ],
  [
    'ultraquant_4bit',
    { ...grouped('ultraquant_4bit', 32), preferredBlockSize: 64, keepsBoundaryLayers: true },
  ],
]);

function plain(flag: string, bits: number): CacheType {
  return { flag, keyBits: bits, valueBits: bits };
}

/** Four bits, and a scale of one byte for each group of elements. */
function grouped(flag: string, elements: number): CacheType {
  const scale = { bytes: 1, elements };
  return { ...plain(flag, 4), keyScale: scale, valueScale: scale, headMultiple: elements };
}

/**
 * The format of a dtype in a release. Those of 16 bits are what a model is computed in (`--dtype`), which `auto` means.
 *
 * @throws InputError for one that the release does not have.
 */
export function cacheTypeOf(dtype: DtypeName, { version }: VllmSettings): CacheType {
  const found = CACHE_TYPES.get(dtype);
  if (found === undefined) {
    throw new InputError(`vLLM has no cache dtype ${dtype}; it has ${[...CACHE_TYPES.keys()].join(', ')}.`);
  }
  const has = ({ cacheDtypes = [] }: VllmRelease) => cacheDtypes.includes(found.flag);
  if (found.keyBits < 16 && !VLLM_RELEASES.upTo(version).some(has)) {
    throw new InputError(
      `vLLM ${version} has no --kv-cache-dtype ${found.flag}; it came with ${VLLM_RELEASES.upTo().find(has)?.release}.`,
    );
  }
  return found;
}

/** Whether it is FP8 with one scale for everything, for which latents and indexers have rows of their own. */
export function isPlainFp8({ flag }: CacheType): boolean {
  return flag === 'fp8_e4m3' || flag === 'fp8_e5m2';
}

/** Whether scales lie beside the elements. */
export function hasScales({ keyScale }: CacheType): boolean {
  return keyScale !== undefined;
}

/** Bytes of a vector of that many elements without scales. */
export function plainBytes({ keyBits }: CacheType, elements: number): number {
  return (elements * keyBits) / 8;
}

/**
 * Bytes of one head's key and value, what lies beside them included.
 *
 * @param rotated elements of a key that are rotated, where known.
 * @throws InputError for heads of sizes that the format does not have.
 */
export function headBytes(
  cacheType: CacheType,
  key: number,
  value: number,
  rotated: number | undefined,
): { readonly keyBytes: number; readonly valueBytes: number } {
  const { flag, keyBits, valueBits, keyScale, valueScale, slotMultiple, headMultiple = 1 } = cacheType;
  if (key % headMultiple !== 0 || value % headMultiple !== 0) {
    throw new InputError(
      `vLLM stores ${flag} in groups of ${headMultiple} elements, which do not divide heads of ${key}${key === value ? '' : ` and ${value}`}.`,
    );
  }
  if (key !== value && (slotMultiple !== undefined || keyScale?.elements !== undefined)) {
    throw new InputError(
      `vLLM has no ${flag} cache for keys of ${key} and values of ${value}; both must be of one size.`,
    );
  }
  const keyBytes =
    elementBytes(keyBits, key, cacheType) + rotatedBytes(cacheType, rotated) + scaleBytes(keyScale, key);
  const valueBytes = elementBytes(valueBits, value, cacheType) + scaleBytes(valueScale, value);
  const slot =
    slotMultiple === undefined ? keyBytes + valueBytes : roundUp(keyBytes + valueBytes, slotMultiple);
  return { keyBytes, valueBytes: slot - keyBytes };
}

/** Elements are packed into whole bytes: an odd one of four bits is left out, but of packed slots rounded up. */
function elementBytes(bits: number, elements: number, { slotMultiple }: CacheType): number {
  const bytes = (bits * elements) / 8;
  return slotMultiple === undefined ? Math.floor(bytes) : Math.ceil(bytes);
}

function rotatedBytes({ flag, keyBits, rotatedKeyBits }: CacheType, rotated: number | undefined): number {
  if (rotatedKeyBits === undefined) {
    return 0;
  }
  if (rotated === undefined || rotated % 64 !== 0) {
    throw new InputError(
      `vLLM stores ${flag} with ${rotated ?? 'an unknown number of'} rotated elements of a head, but needs a multiple of 64; take octave_k3v3_compact.`,
    );
  }
  return (rotated * (rotatedKeyBits - keyBits)) / 8;
}

function scaleBytes(scale: Scale | undefined, elements: number): number {
  return scale === undefined ? 0 : scale.bytes * (elements / (scale.elements ?? elements));
}
