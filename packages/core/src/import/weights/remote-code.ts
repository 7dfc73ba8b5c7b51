import { ceilDiv } from '../../text/exact.js';
import { asObject, type Config, field, integer, optionalBoolean, wrong } from '../fields.js';
import { attentionTensors } from './attention.js';
import type { DecoderStyle, LayerTensors } from './decoder.js';
import { denseTensors } from './feed-forward.js';
import { flag } from './fields.js';
import { linear, type Tensors, vector } from './tensors.js';

/**
 * Decoders whose class is not in transformers but published beside their checkpoints.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/models/chatglm.py`, `internlm2.py`, `mimo.py`, `nemotron_nas.py`
 * and `qwen.py`, which load all their tensors; the totals are those of the published checkpoints.
 */
export const REMOTE_DECODERS: Readonly<Record<string, DecoderStyle>> = {
  chatglm: {
    named: glmNames,
    attention: (config) =>
      attentionTensors(config, {
        qkvBias: flag(config, 'add_qkv_bias') || flag(config, 'add_bias_linear'),
        outputBias: ['add_bias_linear', false],
      }),
    feedForward: (config) =>
      denseTensors(config, integer(config, 'intermediate_size'), { bias: ['add_bias_linear', false] }),
    // Half of a head is rotated, in pairs: the frequencies are stored.
    once: (config) => [vector('rotary_pos_emb.inv_freq', Math.floor(integer(config, 'head_dim') / 4))],
  },
  internlm2: {
    attention: { qkvBias: ['bias', false], outputBias: ['bias', false] },
    feedForward: (config) => denseTensors(config, integer(config, 'intermediate_size')),
  },
  mimo: {
    attention: { qkvBias: true },
    feedForward: (config) => denseTensors(config, integer(config, 'intermediate_size')),
  },
  'nemotron-nas': { norms: 0, attention: prunedAttention, feedForward: prunedFeedForward },
  qwen: {
    named: (config) => ({ ...config, head_dim: config.kv_channels }),
    attention: { qkvBias: true },
    // Stated for gate and up together.
    feedForward: (config) => denseTensors(config, Math.floor(integer(config, 'intermediate_size') / 2)),
  },
};

function glmNames(config: Config): Config {
  if (!flag(config, 'rmsnorm', true) || !flag(config, 'post_layer_norm', true)) {
    throw wrong('rmsnorm', false, 'true, as in every published model');
  }
  return {
    ...config,
    vocab_size: field(config, 'padded_vocab_size') ?? field(config, 'vocab_size'),
    intermediate_size: field(config, 'ffn_hidden_size'),
    head_dim: field(config, 'kv_channels'),
    num_key_value_heads: flag(config, 'multi_query_attention')
      ? integer(config, 'multi_query_group_num')
      : integer(config, 'num_attention_heads'),
  };
}

/** What is left of a pruned layer's attention, with the norm before it. */
function prunedAttention(...[config, index, layer]: Parameters<LayerTensors>): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const half = prunedHalf(config, index, 'attention');
  if (half.kind !== 'whole') {
    return half.kind === 'gone'
      ? []
      : [...linear('self_attn.linear_attn', hidden, hidden), vector('norm', hidden)];
  }
  return layer.kind === 'full'
    ? [
        ...attentionTensors(
          { ...config, num_key_value_heads: layer.numKeyValueHeads },
          {
            qkvBias: ['attention_bias', false],
            outputBias: ['attention_bias', false],
          },
        ),
        vector('norm', hidden),
      ]
    : [];
}

/** `ffn_mult` times two thirds of four times the hidden size, up to a multiple of 256. */
function prunedFeedForward(...[config, index]: Parameters<LayerTensors>): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const { kind, block } = prunedHalf(config, index, 'ffn');
  if (kind !== 'whole') {
    return kind === 'gone' ? [] : [...linear('mlp.linear_mlp', hidden, hidden), vector('norm', hidden)];
  }
  const factor = field(block, 'ffn_mult');
  if (typeof factor !== 'number' || !(factor > 0 && factor < 1000)) {
    throw wrong('ffn_mult', factor, 'a factor above 0');
  }
  const intermediate = ceilDiv(Math.floor((2 * factor * hidden) / 3), 256) * 256;
  return [...denseTensors(config, intermediate, { bias: ['mlp_bias', false] }), vector('norm', hidden)];
}

function prunedHalf(config: Config, index: number, name: 'attention' | 'ffn') {
  const blocks = field(config, 'block_configs');
  const whole = asObject(
    Array.isArray(blocks) ? blocks[index] : undefined,
    `"block_configs" of layer ${index}`,
  );
  const block = asObject(field(whole, name), `"${name}" of layer ${index}`);
  const is = (key: string) => optionalBoolean(block, key) === true;
  const kind = is('no_op') ? 'gone' : is('replace_with_linear') ? 'linear' : 'whole';
  return { kind, block } as const;
}
