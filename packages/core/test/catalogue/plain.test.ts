import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CATALOGUE, modelFromEntry } from '../../src/catalogue/index.js';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { estimate } from '../../src/estimate/estimate.js';

/** Fields of models whose layers differ, or remember something else than all keys and values. */
const NOT_PLAIN =
  /^(layer_types|sliding_window|attention_chunk_size|kv_lora_rank|block_configs|linear_.*|mamba_.*|attn_type_list|conv_L_cache|multi_query.*|cross_attention_layers|hybrid_.*|sparse_attention_config|attn_layer_indices|_?block_types)$/;

type Fields = Readonly<Record<string, number | null | undefined>>;

/** Models of plain attention, with the elements of a token by the textbook: 2 x layers x KV heads x head size. */
const PLAIN = CATALOGUE.flatMap((entry) => {
  const text = (entry.config.text_config ?? entry.config) as Fields;
  const { num_hidden_layers: layers, num_attention_heads: heads, hidden_size: size } = text;
  const windowIsOff = (text.use_sliding_window as unknown) === false;
  const isPlain = Object.entries(text).every(
    ([key, value]) => value === null || !NOT_PLAIN.test(key) || (windowIsOff && key === 'sliding_window'),
  );
  return !isPlain || layers == null || heads == null || size == null
    ? []
    : [
        {
          entry,
          elements: 2 * layers * (text.num_key_value_heads ?? heads) * (text.head_dim ?? size / heads),
        },
      ];
});

it('counts plain attention as the textbook does', () => {
  expect(PLAIN.length).toBeGreaterThan(50);
  fc.assert(
    fc.property(
      fc.constantFrom(...PLAIN),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 1, max: 64 }),
      ({ entry, elements }, contextLength, numSequences) => {
        const workload = { ...DEFAULT_WORKLOAD, contextLength, numSequences };
        const { totalBytes } = estimate(modelFromEntry(entry), workload);
        expect(totalBytes).toBe(elements * 2 * contextLength * numSequences);
      },
    ),
    { numRuns: 300 },
  );
});
