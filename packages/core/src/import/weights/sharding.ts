import { type Layer, memoriesOf } from '../../model/layer.js';
import type { Tensors } from './tensors.js';

/** Projections into a latent that all heads share, and sparse-attention indexers. */
const REPLICATED = /(_a_proj(_with_mqa)?|\.wq_a|\.wkv)$|\.indexer\./;

const KEY_OR_VALUE = /\.[kv]_proj$/;

/**
 * Over how many tensor-parallel devices a tensor can be split: 1 for what each of them has whole, the number of heads for
 * keys and values, any number for all else.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/model_executor/layers/linear.py` (`QKVParallelLinear`: `num_kv_head_replicas`;
 * `ReplicatedLinear`), `models/deepseek_v2.py`; sgl-project/sglang v0.5.23, `python/sglang/srt/layers/linear.py`, alike.
 */
export function waysOf({ kind, module, columns, layer }: Tensors, layers: readonly Layer[]): number {
  const isOfVision = module.startsWith('vision.') && columns > 1;
  if ((kind === 'other' && !isOfVision) || REPLICATED.test(module)) {
    return 1;
  }
  const own = layer === undefined ? undefined : layers[layer];
  const heads = (own === undefined ? [] : memoriesOf(own)).flatMap((memory) =>
    'numKeyValueHeads' in memory ? [memory.numKeyValueHeads] : [],
  );
  return KEY_OR_VALUE.test(module) && heads.length > 0 ? Math.min(...heads) : Infinity;
}
