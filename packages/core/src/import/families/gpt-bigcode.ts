import { type Family, layerCount, repeat } from '../family.js';
import { integer, optionalBoolean } from '../fields.js';
import { fullLayer, headDimOf } from '../heads.js';

/**
 * GPT-BigCode (SantaCoder, StarCoder): one key-value head with `multi_query` (on by default), else multi-head.
 *
 * Source: huggingface/transformers, `models/gpt_bigcode/modeling_gpt_bigcode.py` (`GPTBigCodeAttention`), 5.23.0.
 */
export const gptBigCode: Family = (config) => {
  const heads = optionalBoolean(config, 'multi_query') === false ? integer(config, 'num_attention_heads') : 1;
  return { layers: repeat(fullLayer(heads, headDimOf(config)), layerCount(config)) };
};
