import { type Family, layerCount, repeat } from '../family.js';
import { integer } from '../fields.js';

/**
 * DeepSeek-V2, V3 and R1: multi-head latent attention in every layer; the multi-token-prediction layers
 * (`num_nextn_predict_layers`) are beyond `num_hidden_layers` and not part of the model's cache.
 *
 * Source: huggingface/transformers, `models/deepseek_v3/modeling_deepseek_v3.py` (`DeepseekV3Attention`), v5.18.0.
 */
export const deepseek: Family = (config) => ({
  layers: repeat(
    {
      kind: 'latent',
      kvLoraRank: integer(config, 'kv_lora_rank'),
      qkRopeHeadDim: integer(config, 'qk_rope_head_dim'),
      expanded: {
        numAttentionHeads: integer(config, 'num_attention_heads'),
        qkNopeHeadDim: integer(config, 'qk_nope_head_dim'),
        vHeadDim: integer(config, 'v_head_dim'),
      },
    },
    layerCount(config),
  ),
});
