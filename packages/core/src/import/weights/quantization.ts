import { type DtypeName, dtypeOf, rowBytes } from '../../model/dtype.js';
import { ceilDiv } from '../../text/exact.js';
import {
  type Config,
  field,
  optionalInteger,
  optionalObject,
  optionalString,
  optionalStrings,
} from '../fields.js';
import { type BytesOf, fp8PerTensorBytes, mxfp4Bytes, nvfp4Bytes } from './block-formats.js';
import { mixedPrecision } from './mixed-precision.js';
import type { Tensors } from './tensors.js';

/** How the weights of a checkpoint are stored. */
export interface Storage {
  /** In words: `bf16`, `fp8 with scales`. */
  readonly name: string;
  /** Bytes of one tensor, its scales included. */
  readonly bytesOf: (tensor: Tensors) => number;
}

/**
 * How a checkpoint stores its weights: all in the dtype of the config, or quantized as its `quantization_config` says;
 * undefined where that is not understood.
 *
 * Quantizers store matrices of attention and feed-forward layers and of experts, but not embeddings, head, routers,
 * norms and biases, nor what they list as left out. For a matrix of `rows x columns` (outputs x inputs):
 *
 * - `fp8`: 1 byte each, a fp32 scale for each block of `weight_block_size`, or one for all
 *   (huggingface/transformers, `integrations/finegrained_fp8.py`, 5.23.0).
 *   DeepSeek-V4 says in `expert_dtype` that its experts are in MXFP4 (sgl-project/sglang, `srt/models/deepseek_v4.py`,
 *   0.5.23).
 * - `mxfp4`: experts alone, blocks of 32 in 16 bytes with a scale of 1 byte (`integrations/mxfp4.py`).
 * - `modelopt`: FP8 with a fp32 scale each for weights and inputs of a matrix; NVFP4 in blocks of 16 in 8 bytes with a
 *   scale of 1 byte, and the same two (NVIDIA/Model-Optimizer, `modelopt/torch/quantization/qtensor/nvfp4_tensor.py`,
 *   0.47.0).
 * - `compressed-tensors`: integers of 4 or 8 bits with a 16-bit scale for each group, row or tensor; `float` of 8 bits
 *   likewise (vllm-project/compressed-tensors, `compressors/`, 0.20.0). Zero points and actorder are not understood.
 * - `awq` and `gptq`: integers with a 16-bit scale and a zero point for each group of inputs (AutoAWQ, `WQLinear_GEMM`;
 *   AutoGPTQ, `qlinear_cuda`), and for `gptq` a 32-bit group index for each input.
 */
export function storageOf(
  stated: Config | undefined,
  dtype: DtypeName,
  all: readonly Tensors[],
  expertDtype?: string,
): Storage | undefined {
  const plain = ({ rows, columns, bytesPerNumber }: Tensors) =>
    bytesPerNumber === undefined ? rowBytes(dtypeOf(dtype), rows * columns) : rows * columns * bytesPerNumber;
  if (stated === undefined) {
    return { name: dtype, bytesOf: plain };
  }
  const quantization = nestedIn(stated) ?? stated;
  const mixed =
    optionalString(quantization, 'quant_algo') === 'MIXED_PRECISION' && expertDtype === undefined
      ? mixedPrecision(quantization, all, plain)
      : undefined;
  if (mixed !== undefined) {
    return { name: 'mixed precision by module', bytesOf: mixed };
  }
  const cutShort = cutShortAlgorithm(stated);
  if (cutShort !== undefined) {
    return atMost(cutShort, dtype, all, plain);
  }
  const scheme = schemeOf(quantization, expertDtype);
  const isLeftOut = scheme && leftOutBy(scheme.namesAll === true ? [] : listedIn(quantization), all);
  if (scheme === undefined || isLeftOut === undefined) {
    return undefined;
  }
  const isQuantized = (tensor: Tensors) => scheme.kinds.includes(tensor.kind) && !isLeftOut(tensor);
  return {
    name: scheme.name,
    bytesOf: (tensor) => (isQuantized(tensor) ? scheme.bytesOf(tensor) : plain(tensor)),
  };
}

interface Scheme extends Storage {
  readonly kinds: readonly Tensors['kind'][];
  /** The kinds say it all, whatever modules are listed. */
  readonly namesAll?: true;
}

/**
 * `quantization` of an `hf_quant_config.json`, which always lists what is left out; without that list it is cut short,
 * and what is left out not known.
 */
function nestedIn(stated: Config): Config | undefined {
  const nested = optionalObject(stated, 'quantization');
  return nested === undefined || field(nested, 'exclude_modules') === undefined ? undefined : nested;
}

/** The algorithm of a `quantization` without its list of what is left out. */
function cutShortAlgorithm(stated: Config): Scheme | undefined {
  const nested = optionalObject(stated, 'quantization');
  return nested === undefined || field(nested, 'exclude_modules') !== undefined
    ? undefined
    : modelopt(nested);
}

/** NVFP4, where only a checkpoint's name says so: its `hf_quant_config.json`, which lists what is left out, is not there. */
export const NVFP4_BY_NAME: Config = { quantization: { quant_algo: 'NVFP4' } };

/**
 * Where it is not listed which modules are left out: what every published checkpoint quantizes, which is the routed experts
 * or, without any, the feed-forward layers, and nothing else, so that the bytes are no fewer than the checkpoint's.
 */
function atMost(scheme: Scheme, dtype: DtypeName, all: readonly Tensors[], plain: BytesOf): Storage {
  const hasExperts = all.some(({ kind }) => kind === 'expert');
  const isQuantized = ({ kind, module }: Tensors) =>
    hasExperts ? kind === 'expert' : kind === 'projection' && /^mlp\./.test(module);
  return {
    name: `at most: ${scheme.name} ${hasExperts ? 'experts' : 'feed-forward layers'}, else ${dtype}, since it is not said what was left out`,
    bytesOf: (tensor) => (isQuantized(tensor) ? scheme.bytesOf(tensor) : plain(tensor)),
  };
}

const MATRICES = ['projection', 'expert'] as const;

function schemeOf(quantization: Config, expertDtype: string | undefined): Scheme | undefined {
  switch (optionalString(quantization, 'quant_method')) {
    case 'fp8':
      return expertDtype === undefined ? fp8(quantization) : deepseekV4(quantization, expertDtype);
    case 'mxfp4':
      return { name: 'mxfp4 experts', kinds: ['expert'], bytesOf: mxfp4Bytes };
    case 'modelopt':
      return modelopt(quantization);
    case 'compressed-tensors':
      return compressed(quantization);
    case 'awq':
      return grouped('awq', quantization, optionalInteger(quantization, 'bits') ?? 4, 0);
    case 'gptq':
      return grouped('gptq', quantization, optionalInteger(quantization, 'bits') ?? 4, 4);
    // Older exports name the algorithm alone.
    case undefined:
      return modelopt(quantization);
    default:
      return undefined;
  }
}

function modelopt(quantization: Config): Scheme | undefined {
  const algorithm = optionalString(quantization, 'quant_algo');
  return algorithm === 'NVFP4' ? NVFP4 : algorithm === 'FP8' ? FP8_PER_TENSOR : undefined;
}

const NVFP4: Scheme = {
  name: 'nvfp4',
  kinds: MATRICES,
  bytesOf: nvfp4Bytes,
};

const MXFP4: Scheme = { name: 'mxfp4', kinds: MATRICES, bytesOf: mxfp4Bytes };

const FP8_PER_TENSOR: Scheme = { name: 'fp8', kinds: MATRICES, bytesOf: fp8PerTensorBytes };

function fp8(quantization: Config, bytesOfScale = 4): Scheme | undefined {
  if (optionalString(quantization, 'quant_algo') !== undefined && bytesOfScale === 4) {
    return undefined;
  }
  const block = field(quantization, 'weight_block_size');
  if (block === undefined) {
    const scales = optionalString(quantization, 'activation_scheme') === 'static' ? 8 : 4;
    return { name: 'fp8', kinds: MATRICES, bytesOf: ({ rows, columns }) => rows * columns + scales };
  }
  const [height, width] = Array.isArray(block) ? (block as readonly unknown[]) : [];
  if (!isSize(height) || !isSize(width)) {
    return undefined;
  }
  return {
    name: `fp8 with scales of ${height} x ${width} blocks`,
    kinds: MATRICES,
    bytesOf: ({ rows, columns }) =>
      rows * columns + bytesOfScale * ceilDiv(rows, height) * ceilDiv(columns, width),
  };
}

/**
 * DeepSeek-V4: experts in MXFP4, or in NVFP4 as NVIDIA requantized them, all other matrices in FP8; all scales but NVFP4's
 * second ones have 1 byte (`scale_fmt` `ue8m0`).
 */
function deepseekV4(quantization: Config, expertDtype: string): Scheme | undefined {
  const blocks = fp8(quantization, 1);
  const algorithm = optionalString(quantization, 'quant_algo');
  const ofExperts = optionalString(quantization, 'moe_quant_algo') === 'NVFP4' ? NVFP4 : MXFP4;
  const isKnown = algorithm === undefined || (algorithm === 'MIXED_PRECISION' && ofExperts === NVFP4);
  return blocks === undefined || expertDtype !== 'fp4' || !isKnown
    ? undefined
    : {
        name: `${ofExperts.name} experts, else ${blocks.name}`,
        kinds: MATRICES,
        namesAll: true,
        bytesOf: (tensor) => (tensor.kind === 'expert' ? ofExperts : blocks).bytesOf(tensor),
      };
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function compressed(quantization: Config): Scheme | undefined {
  const groups = Object.values(optionalObject(quantization, 'config_groups') ?? {});
  const [group] = groups;
  if (groups.length !== 1 || typeof group !== 'object' || group === null) {
    return undefined;
  }
  const { weights, targets } = group as { readonly weights?: unknown; readonly targets?: unknown };
  const [target, ...others] = [targets].flat();
  if (typeof weights !== 'object' || weights === null || target !== 'Linear' || others.length > 0) {
    return undefined;
  }
  const scheme = weights as Config;
  const bits = field(scheme, 'num_bits');
  const isFloat = field(scheme, 'type') === 'float';
  const size = field(scheme, 'group_size');
  if (isFloat && bits === 4) {
    return size === 16 ? NVFP4 : size === 32 ? MXFP4 : undefined;
  }
  if (
    (bits !== 4 && bits !== 8) ||
    field(scheme, 'symmetric') === false ||
    field(scheme, 'actorder') !== undefined
  ) {
    return undefined;
  }
  const scales = (rows: number, columns: number): number | undefined => {
    switch (field(scheme, 'strategy')) {
      case 'tensor':
        return 2;
      case 'channel':
        return 2 * rows;
      case 'group':
        return isSize(size) ? 2 * rows * ceilDiv(columns, size) : undefined;
      default:
        return undefined;
    }
  };
  return scales(1, 1) === undefined
    ? undefined
    : {
        name: `${isFloat ? 'fp' : 'int'}${bits} with scales`,
        kinds: MATRICES,
        bytesOf: ({ rows, columns }) =>
          (bits === 4 ? rows * ceilDiv(columns, 8) * 4 : rows * columns) + (scales(rows, columns) ?? 0),
      };
}

/** Integers, zero points of as many bits, and 16-bit scales for each group of inputs. */
function grouped(
  name: string,
  quantization: Config,
  bits: number,
  bytesPerInput: number,
): Scheme | undefined {
  const size = field(quantization, 'group_size') ?? 128;
  if ((bits !== 4 && bits !== 8) || !(isSize(size) || size === -1)) {
    return undefined;
  }
  return {
    name: `${name} int${bits} with scales`,
    kinds: MATRICES,
    bytesOf: ({ rows, columns }) => {
      const groups = size === -1 ? 1 : ceilDiv(columns, size as number);
      return (
        (rows * columns * bits) / 8 + (groups * rows * bits) / 8 + groups * rows * 2 + columns * bytesPerInput
      );
    },
  };
}

function listedIn(quantization: Config): readonly string[] {
  return ['modules_to_not_convert', 'ignore', 'exclude_modules', 'ignored_layers'].flatMap(
    (key) => optionalStrings(quantization, key) ?? [],
  );
}

/** Modules that are never quantized, or are no part of what is counted. */
const NEVER =
  /(^|[.*])(lm_head|head|embed_tokens|embed_vision|word_embeddings|[a-z_]*norm[a-z_]*|indexers_proj|gate|router|shared_expert_gate|e_score_correction_bias|conv1d|weight|bias|vision_tower|visual|mm_projector|multi_modal_projector|mtp)([.*]|$)/;

/**
 * Which tensors a list of module names leaves out; undefined where an entry is not understood, such as that of a single
 * expert. Entries name a module of one layer or of all (`*`), a whole layer, the end of a name, or begin with `re:`.
 */
function leftOutBy(
  entries: readonly string[],
  all: readonly Tensors[],
): ((tensor: Tensors) => boolean) | undefined {
  const matrices = all.filter(({ kind }) => MATRICES.some((known) => known === kind));
  const layers = [...new Set(matrices.map(({ layer }) => layer))];
  const patterns: Pattern[] = [];
  for (const entry of entries) {
    const pattern = patternOf(entry);
    const isBeyond = pattern !== undefined && !layers.some((layer) => isIn(pattern, layer));
    if (pattern !== undefined && !isBeyond && matrices.some((tensor) => matches(pattern, tensor))) {
      patterns.push(pattern);
    } else if (!isBeyond && !NEVER.test(entry.replace(/^re:/, '').replaceAll('\\', ''))) {
      return undefined;
    }
  }
  return (tensor) => patterns.some((pattern) => matches(pattern, tensor));
}

interface Pattern {
  /** Of the layers with such a number only. */
  readonly layers?: RegExp;
  readonly module: RegExp;
}

/** More blanks to fill in than any published list has, and few enough that matching is fast whatever the names. */
const MAX_WILDCARDS = 3;

/** Letters, dots, `.*` and words to choose from: what published lists need, and nothing that could match for ever. */
const SAFE_EXPRESSION = /^(?:[\w-]|\\\.|\.\*|\([\w|]+\)|[$^])*$/;

function patternOf(entry: string): Pattern | undefined {
  if (entry.startsWith('re:')) {
    const expression = entry.slice('re:'.length);
    return SAFE_EXPRESSION.test(expression) ? compiled(`^(?:${expression})`) : undefined;
  }
  const whole = /(?:^|\.)layers\.(\d+)\*$/.exec(entry);
  if (whole !== null) {
    return { layers: new RegExp(`^${whole[1]}`), module: /^/ };
  }
  const match = /(?:^|\.)layers\.(\d+|\*)\.(.+)$/.exec(entry);
  const [, layer = '*', name = entry] = match ?? [];
  const module = name
    .replace(/^\*\./, '')
    .replace(/\bshared_expert\b/, 'shared_experts')
    .replace(/^block_sparse_moe/, 'mlp')
    .replace(/^mixer(?=\.[qkvo]_proj)/, 'self_attn')
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*');
  const pattern = compiled(`${match === null ? '(?:^|\\.)' : '^'}${module}(?:\\.|$)`);
  return pattern && (layer === '*' ? pattern : { ...pattern, layers: new RegExp(`^${layer}$`) });
}

function compiled(expression: string): Pattern | undefined {
  return expression.split('.*').length - 1 > MAX_WILDCARDS || expression.length > 200
    ? undefined
    : { module: new RegExp(expression) };
}

function matches(pattern: Pattern, { layer, module }: Tensors): boolean {
  return isIn(pattern, layer) && pattern.module.test(module);
}

function isIn({ layers }: Pattern, layer: number | undefined): boolean {
  return layers === undefined || (layer !== undefined && layers.test(String(layer)));
}
