import { type Family, layerCount, repeat } from '../family.js';
import { integer, optionalBoolean } from '../fields.js';
import { checkKeyValueHeads, fullLayer, headDimOf } from '../heads.js';

/**
 * ChatGLM 2 and 3, GLM-4 as first published: `num_layers`, and `multi_query_group_num` key-value heads (1 where absent)
 * of `kv_channels` (128) with `multi_query_attention`; without it, one head for each attention head.
 *
 * Source: `configuration_chatglm.py` and `modeling_chatglm.py` (`SelfAttention`) of THUDM/glm-4-9b-chat.
 */
export const chatGlm: Family = (published) => {
  const config = {
    ...published,
    num_hidden_layers: published.num_hidden_layers ?? published.num_layers,
    head_dim: published.kv_channels,
  };
  const grouped =
    optionalBoolean(config, 'multi_query_attention') === true
      ? integer({ multi_query_group_num: 1, ...config }, 'multi_query_group_num')
      : undefined;
  return {
    layers: repeat(
      fullLayer(checkKeyValueHeads(config, 'multi_query_group_num', grouped), headDimOf(config)),
      layerCount(config),
    ),
  };
};
