import { type Family, layerCount, repeat } from '../family.js';
import { integer, optionalBoolean } from '../fields.js';
import { checkKeyValueHeads, fullLayer, headDimOf } from '../heads.js';

/**
 * ChatGLM 2 and 3, GLM-4 as first published: `num_layers`, and `multi_query_group_num` key-value heads of `kv_channels`
 * (or the hidden size over the heads) with `multi_query_attention`; without it, one head for each attention head.
 *
 * Source: vllm-project/vllm, `model_executor/models/chatglm.py` (`GLMAttention`), commit 028aedf; ggml-org/llama.cpp,
 * `conversion/chatglm.py`, v0.5.0.
 */
export const chatGlm: Family = (published) => {
  const config = {
    ...published,
    num_hidden_layers: published.num_hidden_layers ?? published.num_layers,
    head_dim: published.kv_channels,
  };
  const grouped =
    optionalBoolean(config, 'multi_query_attention') === true
      ? integer(config, 'multi_query_group_num')
      : undefined;
  return {
    layers: repeat(
      fullLayer(checkKeyValueHeads(config, 'multi_query_group_num', grouped), headDimOf(config)),
      layerCount(config),
    ),
  };
};
