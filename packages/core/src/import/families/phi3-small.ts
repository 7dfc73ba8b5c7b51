import { type Family, layerCount } from '../family.js';
import { fullLayerOf } from '../heads.js';

/**
 * Phi-3-small: every `dense_attention_every_n_layers`-th layer is full; the others attend to `blocksparse_num_local_blocks`
 * recent blocks and every `blocksparse_vert_stride`-th block before them. Which of those a head reads differs by head,
 * so together they reach every token and nothing can be dropped: all layers remember all tokens.
 *
 * Source: vllm-project/vllm, `model_executor/models/phi3_small.py` (`Phi3SmallSelfAttention`, whose sparse layers have the
 * same cache as dense ones), commit 00db011.
 */
export const phi3Small: Family = (config) => {
  const full = fullLayerOf(config);
  return { layers: Array.from({ length: layerCount(config) }, () => full) };
};
