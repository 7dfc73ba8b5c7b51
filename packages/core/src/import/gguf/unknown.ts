import { InputError } from '../../text/errors.js';
import { nearest } from '../../text/nearest.js';
import type { Geometry } from '../family.js';
import { KNOWN_ARCHITECTURES } from './architectures.js';
import type { Attention } from './attention.js';
import type { GgufMetadata } from './metadata.js';
import { windowedLayers } from './windows.js';

/** The keys of plain attention. */
const PLAIN: ReadonlySet<string> = new Set([
  ...['block_count', 'embedding_length', 'attention.head_count', 'attention.head_count_kv'],
  ...['attention.key_length', 'attention.value_length'],
]);

/** Keys that change no byte of a cache, whatever their value. */
const INERT = new RegExp(
  `^(${[
    'vocab_size|context_length|feed_forward_length|.*_feed_forward_length|leading_dense_block_count|use_parallel_residual',
    'expert_.*|experts_.*|.*expert.*_count|moe_every_n_layers|interleave_moe_layer_step|nextn_predict_layers',
    'attention\\.(layer_norm_epsilon|layer_norm_rms_epsilon|group_norm_.*|max_alibi_bias|clamp_kqv|scale|output_scale|value_scale|temperature_.*|causal|q_lora_rank)',
    'rope\\..*|.*softcapping|logit_scale|residual_scale|embedding_scale|tensor_data_layout|hidden_activation|pooling_type',
  ].join('|')})$`,
);

/** Parts of keys that belong to mechanisms which remember something else than all keys and values. */
const HINT =
  /window|swa|sliding|mla|lora|latent|ssm|conv|state|recurrent|wkv|token_shift|kda|interval|pattern|shared|indexer|compress|chunk|decoder|encoder|loop|hyper|ple|types|local|global|sink|memory/;

/**
 * An architecture that no family reads: full attention, with a visible warning, where the plain keys are there and no
 * other key speaks against it. A key does, unless it is inert, when its name hints at another mechanism or its value is a
 * list.
 *
 * @throws InputError naming the keys that are not understood.
 */
export function plainGgufGeometry(attention: Attention): Geometry {
  const { architecture, metadata } = attention.keys;
  const guess = nearest(architecture, KNOWN_ARCHITECTURES);
  const near = guess === undefined ? '' : ` (the nearest known one is "${guess}")`;
  const others = keysOf(metadata, architecture).filter((key) => !PLAIN.has(key) && !INERT.test(key));
  const against = others.filter((key) => HINT.test(key) || Array.isArray(metadata[`${architecture}.${key}`]));
  if (against.length > 0) {
    throw new InputError(
      `The architecture "${architecture}" is not known${near}, and these keys may mean another kind of cache: ${listed(against)}; give its geometry by hand with --emb-dim, --n-heads and --n-layers.`,
    );
  }
  const note = others.length === 0 ? '' : `; not understood, and taken to change nothing: ${listed(others)}`;
  return {
    layers: windowedLayers(attention, { period: 1, absent: 'none' }),
    warnings: [
      `The architecture "${architecture}" is not known${near}; its keys look like plain attention, so every layer is counted as full${note}.`,
    ],
  };
}

function keysOf(metadata: GgufMetadata, architecture: string): readonly string[] {
  const prefix = `${architecture}.`;
  return Object.keys(metadata)
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
}

function listed(keys: readonly string[]): string {
  const shown = keys.slice(0, 8).map((key) => `"${key.length > 60 ? `${key.slice(0, 57)}...` : key}"`);
  return shown.join(', ') + (keys.length > 8 ? ` and ${keys.length - 8} more` : '');
}
