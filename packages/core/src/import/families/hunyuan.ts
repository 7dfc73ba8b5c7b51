import { type Family, layerCount } from '../family.js';
import { integer, optionalBoolean } from '../fields.js';
import { fullLayerOf } from '../heads.js';
import { checkAllFull } from '../layer-types.js';

/**
 * Hunyuan, dense and mixture of experts. With `use_cla`, the first of every `cla_share_factor` layers keeps keys and
 * values and the others of that group read them (cross-layer attention).
 *
 * Source: huggingface/transformers, `models/hunyuan_v1_moe/modeling_hunyuan_v1_moe.py`, 5.23.0 (no sharing there);
 * PygmalionAI/aphrodite-engine, `aphrodite/modeling/models/hunyuan.py` (`HunYuanDecoderLayer`, `HunYuanModel.forward`),
 * commit e6da2a8.
 */
export const hunyuan: Family = (config) => {
  checkAllFull(config);
  const full = fullLayerOf({ ...config, head_dim: config.head_dim ?? config.attention_head_dim });
  const factor = optionalBoolean(config, 'use_cla') === true ? integer(config, 'cla_share_factor') : 1;
  return {
    layers: Array.from({ length: layerCount(config) }, (_, index) =>
      index % factor === 0 ? full : { kind: 'shared' as const, sharesWith: index - (index % factor) },
    ),
  };
};
