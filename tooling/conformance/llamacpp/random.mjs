import { integer, maybe, oneOf, scaled } from '../random.mjs';
import { CACHE_TYPES, cachesKeysOnly, hasWholeBlocks } from './cases.mjs';

/** A context of a model: any length, sequences, types and flags, those that the engine refuses among them. */
export function randomCase(random, model) {
  const hasStates = model.layers
    .flatMap((layer) => layer.parts ?? [layer])
    .some(({ kind }) => kind === 'recurrent' || kind === 'compressed');
  const type = () => (random() < 0.3 ? 'fp16' : oneOf(random, CACHE_TYPES));
  const key = hasWholeBlocks(model) || random() < 0.1 ? type() : 'fp16';
  const sameType = cachesKeysOnly(model) && random() < 0.9;
  return {
    workload: {
      contextLength: scaled(random, 17),
      // States take real memory.
      numSequences: random() < 0.4 ? 1 : integer(random, 2, hasStates ? 6 : 40),
      keyDtype: key,
      valueDtype: sameType ? key : hasWholeBlocks(model) ? type() : 'fp16',
    },
    settings: {
      ...maybe(random, 'batchSize', scaled(random, 13)),
      ...maybe(random, 'ubatchSize', scaled(random, 13)),
      ...maybe(random, 'kvUnified', random() < 0.8),
      ...maybe(random, 'swaFull', random() < 0.6),
      ...maybe(random, 'flashAttn', oneOf(random, ['on', 'off', 'auto'])),
    },
  };
}

/**
 * The metadata of a model with another number of blocks, another window and, where heads are plain, other heads; and the
 * kinds of its blocks.
 */
export function mutated(random, { metadata, kinds, optional }) {
  const architecture = metadata['general.architecture'];
  const get = (key) => metadata[`${architecture}.${key}`];
  const blocks = kinds.length;
  const predictors = get('nextn_predict_layers') ?? 0;
  const count = integer(random, Math.min(2, blocks - predictors), blocks - predictors);
  const cut = (items) => [...items.slice(0, count), ...items.slice(blocks - predictors)];
  const isPerBlock = (value) => Array.isArray(value) && [blocks, blocks - predictors].includes(value.length);
  const changed = Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [
      key,
      key.startsWith(architecture) && isPerBlock(value) ? cut(value) : value,
    ]),
  );
  const set = (key, value) => {
    changed[`${architecture}.${key}`] = value;
  };
  set('block_count', count + predictors);
  if (get('decoder_block_count') !== undefined) {
    set('decoder_block_count', count);
  }
  if (get('attention.shared_kv_layers') > 0) {
    // The engine takes the last two layers with a cache to be a sliding one and a full one.
    const slides = changed[`${architecture}.attention.sliding_window_pattern`];
    const shared = Array.from({ length: count }, (_, index) => index).filter(
      (one) => one === 0 || (slides[count - one - 2] && !slides[count - one - 1]),
    );
    set('attention.shared_kv_layers', oneOf(random, shared));
  }
  if (typeof get('attention.sliding_window') === 'number') {
    set('attention.sliding_window', scaled(random, 14));
  }
  const [heads, keyValueHeads] = [get('attention.head_count'), get('attention.head_count_kv')];
  const isPlain = ['key_length_mla', 'kv_lora_rank', 'key_length_swa', 'compress_ratios'].every(
    (key) => get(`attention.${key}`) === undefined,
  );
  if (isPlain && typeof heads === 'number' && typeof keyValueHeads === 'number' && keyValueHeads > 0) {
    const divisors = Array.from({ length: heads }, (_, index) => index + 1).filter(
      (one) => heads % one === 0,
    );
    set('attention.head_count_kv', oneOf(random, divisors));
  }
  return { metadata: changed, kinds: cut(kinds), optional: optional.slice(0, count) };
}
