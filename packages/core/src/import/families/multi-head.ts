import { type Family, layerCount, repeat } from '../family.js';
import { integer, optionalInteger } from '../fields.js';
import { fullLayer, headDimOf } from '../heads.js';
import { checkAllFull } from '../layer-types.js';

/**
 * GPT-2, GPT-J, GPT-NeoX, OPT, BLOOM and other models from before grouped queries: one key-value head for each
 * attention head. They read no `num_key_value_heads`; BLOOM and Qwen 1 have `n_embed` and `kv_channels` of their own.
 *
 * Source: huggingface/transformers, `models/gpt2/modeling_gpt2.py` (`GPT2Attention`), `models/gptj/modeling_gptj.py`,
 * `models/gpt_neox/modeling_gpt_neox.py`, `models/opt/modeling_opt.py`, `models/bloom/configuration_bloom.py`
 * (`n_embed`), 5.23.0; vllm-project/vllm, `model_executor/models/qwen.py` (`QWenAttention`), commit 002800f.
 */
export const multiHead: Family = (config) => {
  checkAllFull(config);
  const hiddenSize = optionalInteger(config, 'n_embed') ?? optionalInteger(config, 'hidden_size');
  const headDim = optionalInteger(config, 'kv_channels') ?? headDimOf({ ...config, hidden_size: hiddenSize });
  return { layers: repeat(fullLayer(integer(config, 'num_attention_heads'), headDim), layerCount(config)) };
};
