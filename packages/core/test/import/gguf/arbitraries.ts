import fc from 'fast-check';
import type { GgufMetadata } from '../../../src/import/gguf.js';

/** Values that a key of a GGUF file can have and that few expect. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    1,
    -1,
    2,
    3,
    7,
    128,
    0.5,
    2 ** 31,
    2 ** 53,
    Number.NaN,
    Infinity,
    true,
    false,
    '',
    '__proto__',
  ),
  fc.constantFrom<unknown>(0n, 1n, -1n, 2n ** 53n, 2n ** 64n - 1n),
  fc.constantFrom<unknown>([], [0], [true], [[1]], ['x'], [1n, 2n]),
  fc.array(fc.oneof(fc.integer({ min: -1, max: 300 }), fc.boolean()), { maxLength: 100 }),
);

/** Keys that families read, added where a file does not have them. */
const FOREIGN = [
  ...[
    'attention.sliding_window',
    'attention.sliding_window_pattern',
    'attention.shared_kv_layers',
    'num_loops',
  ],
  ...[
    'attention.key_length_mla',
    'attention.value_length_mla',
    'attention.kv_lora_rank',
    'attention.key_length',
  ],
  ...['attention.head_count', 'attention.head_count_kv', 'attention.indexer.types', 'nextn_predict_layers'],
  ...['full_attention_interval', 'attention.recurrent_layers', 'token_shift_count', 'feed_forward_length'],
];

/** The metadata with one to three keys dropped, replaced or added. */
export function mutatedMetadata(metadata: GgufMetadata): fc.Arbitrary<GgufMetadata> {
  const architecture = String(metadata['general.architecture']);
  const key = fc.oneof(
    fc.constantFrom(...Object.keys(metadata)),
    fc.constantFrom(...FOREIGN).map((name) => `${architecture}.${name}`),
    fc.constant('__proto__'),
  );
  const change = fc.record({ key, drop: fc.boolean(), value: oddValue });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const entries = new Map(Object.entries(metadata));
    for (const { key: name, drop, value } of changes) {
      if (drop) entries.delete(name);
      else entries.set(name, value);
    }
    return Object.fromEntries(entries);
  });
}
