import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { estimate } from '../../src/estimate/estimate.js';
import { modelFromConfig } from '../../src/import/config.js';
import { multiHeadEquivalent } from '../../src/model/mha-equivalent.js';
import { contextLength, model, modelOf } from '../arbitraries.js';

const origin = { id: 'test', source: 'a test' };

describe('the multi-head equivalent', () => {
  it('of DeepSeek-V3 has 128 heads of 192 keys and 128 values in each of its 61 layers', () => {
    // deepseek-ai/DeepSeek-V3, config.json.
    const deepseek = modelFromConfig(
      {
        model_type: 'deepseek_v3',
        num_hidden_layers: 61,
        num_attention_heads: 128,
        num_key_value_heads: 128,
        kv_lora_rank: 512,
        qk_rope_head_dim: 64,
        qk_nope_head_dim: 128,
        v_head_dim: 128,
        hidden_size: 7168,
      },
      origin,
    );
    const equivalent = multiHeadEquivalent(deepseek);
    expect(equivalent?.layers).toEqual(
      Array.from({ length: 61 }, () => ({
        kind: 'full',
        numKeyValueHeads: 128,
        keyHeadDim: 192,
        valueHeadDim: 128,
      })),
    );
  });

  it('takes n_heads / n_kv_heads times as much as grouped-query attention', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4, 8),
        fc.integer({ min: 1, max: 8 }),
        contextLength,
        (groups, heads, length) => {
          const grouped = modelOf(
            [{ kind: 'full', numKeyValueHeads: heads, keyHeadDim: 64, valueHeadDim: 64 }],
            {
              numAttentionHeads: heads * groups,
            },
          );
          const equivalent = multiHeadEquivalent(grouped);
          const workload = { ...DEFAULT_WORKLOAD, contextLength: length };
          expect(equivalent).toBeDefined();
          expect(estimate(equivalent ?? grouped, workload).totalBytes).toBe(
            groups * estimate(grouped, workload).totalBytes,
          );
        },
      ),
    );
  });

  it('keeps every token in every layer that remembered any of its context, and leaves the others empty', () => {
    fc.assert(
      fc.property(model, (any) => {
        const equivalent = multiHeadEquivalent({ ...any, numAttentionHeads: 128, hiddenSize: 4096 });
        equivalent?.layers.forEach((layer, index) => {
          const before = any.layers[index]?.kind;
          expect(layer.kind).toBe(before === 'none' || before === 'cross' ? before : 'full');
        });
        expect(equivalent?.layers).toHaveLength(any.layers.length);
      }),
    );
  });

  it('is not known where the heads of queries are not', () => {
    expect(multiHeadEquivalent(modelOf([{ kind: 'none' }]))).toBeUndefined();
    const states = modelOf([{ kind: 'recurrent', mechanism: 'mamba', state: { shape: [4], dtype: 'fp32' } }]);
    expect(multiHeadEquivalent({ ...states, numAttentionHeads: 4 })).toBeUndefined();
  });
});
