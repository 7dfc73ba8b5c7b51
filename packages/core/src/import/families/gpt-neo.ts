import { type Family, layerCount } from '../family.js';
import { type Config, field, integer, wrong } from '../fields.js';
import { fullLayer, headDimOf, sliding } from '../heads.js';

/**
 * GPT-Neo: `attention_types` such as `[[["global", "local"], 12]]`; local layers reach the last `window_size` tokens.
 *
 * Source: huggingface/transformers, `models/gpt_neo/configuration_gpt_neo.py` (`expand_attention_types_params`) and
 * `modeling_gpt_neo.py` (`GPTNeoSelfAttention`), 5.23.0.
 */
export const gptNeo: Family = (config) => {
  const count = layerCount(config);
  const full = fullLayer(integer(config, 'num_attention_heads'), headDimOf(config));
  const local = sliding(full, integer(config, 'window_size'));
  const types = attentionLayers(config, count);
  return { layers: types.map((type) => (type === 'local' ? local : full)) };
};

function attentionLayers(config: Config, count: number): readonly string[] {
  const value = field(config, 'attention_types') ?? [[['global', 'local'], 12]];
  const right = `blocks such as [["global", "local"], 12] for ${count} layers`;
  const types: string[] = [];
  for (const block of Array.isArray(value) ? value : []) {
    const [names, times] = Array.isArray(block) ? block : [];
    if (!Array.isArray(names) || !Number.isSafeInteger(times) || times < 1 || names.length * times > count) {
      throw wrong('attention_types', value, right);
    }
    for (let time = 0; time < times; time++) {
      types.push(...names);
    }
  }
  if (types.length !== count || !types.every((type) => type === 'global' || type === 'local')) {
    throw wrong('attention_types', value, right);
  }
  return types;
}
