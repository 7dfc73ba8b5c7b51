import { type Config, optionalObject, optionalString } from '../fields.js';
import {
  type BytesOf,
  fp8PerTensorBytes,
  mxfp8Bytes,
  nvfp4Bytes,
  nvfp4WeightBytes,
} from './block-formats.js';
import type { Tensors } from './tensors.js';

/** By `quant_algo` of a module. */
const ALGORITHMS: Readonly<Record<string, BytesOf>> = {
  FP8: fp8PerTensorBytes,
  MXFP8: mxfp8Bytes,
  NVFP4: nvfp4Bytes,
  W4A16_NVFP4: nvfp4WeightBytes,
};

/**
 * Bytes of each tensor where `quantized_layers` names the modules that are quantized, each with an algorithm of its own;
 * all that it does not name stays as it is. Experts may be named one by one or together.
 *
 * Source: NVIDIA/Model-Optimizer, `modelopt/torch/export/quant_utils.py` (`process_layer_quant_config`), 0.47.0.
 *
 * @param plain bytes of a tensor that is not quantized.
 * @returns undefined where no such list is there, or it names an algorithm or module that is not understood.
 */
export function mixedPrecision(
  quantization: Config,
  all: readonly Tensors[],
  plain: BytesOf,
): BytesOf | undefined {
  const listed = optionalObject(quantization, 'quantized_layers');
  if (listed === undefined) {
    return undefined;
  }
  const known = new Set(all.map(keyOf));
  const layers = new Set(all.map(({ layer }) => layer));
  const found = new Map<string, BytesOf>();
  for (const [name, stated] of Object.entries(listed)) {
    const algorithm = typeof stated === 'object' && stated !== null ? (stated as Config) : {};
    const bytesOf = ALGORITHMS[optionalString(algorithm, 'quant_algo') ?? ''];
    const { layer, module } = placeOf(name);
    const isElsewhere = /^(mtp|vision_tower|visual)\b/.test(name) || !layers.has(layer);
    const key = `${layer ?? ''}:${module}`;
    if (isElsewhere) {
      continue;
    }
    if (bytesOf === undefined || !known.has(key)) {
      return undefined;
    }
    found.set(key, bytesOf);
  }
  return (tensor) => (found.get(keyOf(tensor)) ?? plain)(tensor);
}

function keyOf({ layer, module, kind }: Tensors): string {
  const isBeside = kind === 'other' || kind === 'embedding';
  return `${layer ?? ''}:${isBeside ? `${module} (never)` : moduleOf(module)}`;
}

/** The layer and module that a published name means. */
function placeOf(name: string): { readonly layer: number | undefined; readonly module: string } {
  const match = /(?:^|\.)layers\.(\d+)\.(.+)$/.exec(name);
  const [, layer, module = name] = match ?? [];
  return { layer: layer === undefined ? undefined : Number(layer), module: moduleOf(module) };
}

/** One name for what checkpoints and formulas call differently: experts together, fused projections whole. */
function moduleOf(module: string): string {
  return module
    .replace(/^block_sparse_moe\./, 'mlp.')
    .replace(/^mixer\.(?=(shared_)?experts?\b)/, 'mlp.')
    .replace(/^mixer\.(?=[qkvo]_proj$)/, 'self_attn.')
    .replace(/^mlp\.experts(\..*)?$/, 'mlp.experts')
    .replace(/\bshared_expert\b/, 'shared_experts')
    .replace(/\bindex_([qk])_proj$/, 'indexer.$1_proj')
    .replace(/\bin_proj_(qkv|z)$/, 'in_proj_qkvz')
    .replace(/\bin_proj_[ab]$/, 'in_proj_ba');
}
