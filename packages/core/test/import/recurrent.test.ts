import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { estimate } from '../../src/estimate/estimate.js';
import { modelFromConfig } from '../../src/import/config.js';
import { describeLayers } from '../../src/model/describe.js';
import { endsWell, mutated } from './mutations.js';
import { PUBLISHED_RECURRENT } from './published-recurrent.js';

const read = (config: unknown) => modelFromConfig(config, { id: 'test', source: 'a test' });

const NEMOTRON = PUBLISHED_RECURRENT['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16']?.config;
const KIMI = PUBLISHED_RECURRENT['moonshotai/Kimi-Linear-48B-A3B-Instruct']?.config;

describe.each(Object.entries(PUBLISHED_RECURRENT))(
  '%s',
  (_, { config, bytesPerToken, fixedBytes, picture }) => {
    const model = read(config);

    it('remembers what its own code caches, with nothing to warn of', () => {
      const workload = { ...DEFAULT_WORKLOAD, contextLength: 200_000 };
      const allocation = estimate({ ...model, maxPositionEmbeddings: 200_000 }, workload);
      expect({
        picture: describeLayers(model),
        bytesPerToken: allocation.bytesPerToken,
        fixedBytes: allocation.totalBytes - 200_000 * allocation.bytesPerToken,
        warnings: allocation.warnings,
      }).toEqual({ picture, bytesPerToken, fixedBytes, warnings: [] });
    });

    it('ends in a model or in one InputError, however it is broken', () => {
      fc.assert(
        fc.property(mutated(config), (broken) => {
          endsWell(broken);
        }),
        { numRuns: 150 },
      );
    });
  },
);

describe('Zamba2 as Zyphra names its sizes', () => {
  const published = PUBLISHED_RECURRENT['Zyphra/Zamba2-1.2B']?.config;
  const { n_mamba_heads, mamba_expand, mamba_d_state, mamba_d_conv, ...others } = published ?? {};
  const zyphra = {
    ...others,
    expansion_factor: mamba_expand,
    state_size: mamba_d_state,
    conv_dimension: mamba_d_conv,
    mamba_headdim: 64,
  };

  it('is the same model as under the names of Transformers', () => {
    expect(n_mamba_heads).toBe(64);
    expect(read(zyphra).layers).toEqual(read(published).layers);
  });

  it('is refused where its heads do not fill the inner channels', () => {
    expect(() => read({ ...zyphra, mamba_headdim: 60 })).toThrow('"mamba_headdim" is 60');
  });
});

describe('patterns', () => {
  it('have one letter for each layer', () => {
    expect(() => read({ ...NEMOTRON, hybrid_override_pattern: 'MEM' })).toThrow(
      'as long as "num_hidden_layers" 52',
    );
    expect(() => read({ ...NEMOTRON, hybrid_override_pattern: 'MEX*' })).toThrow('letters M, *, - and E');
  });

  it('name each layer of Kimi Linear once', () => {
    const broken = { full_attn_layers: [4, 8], kda_layers: [1, 2, 3] };
    expect(() => read({ ...KIMI, linear_attn_config: { ...broken, head_dim: 128, num_heads: 32 } })).toThrow(
      'name each of 27 layers once',
    );
  });

  it('fill the inner channels with heads', () => {
    const config = PUBLISHED_RECURRENT['mistralai/Mamba-Codestral-7B-v0.1']?.config;
    expect(() => read({ ...config, num_heads: 100 })).toThrow('"num_heads" is 100');
  });
});

describe('the dtype of a state', () => {
  it('is refused under the name of its field, however long it is', () => {
    for (const key of ['mamba_ssm_dtype', 'mamba_ssm_cache_dtype']) {
      const config = { ...NEMOTRON, mamba_ssm_cache_dtype: 'float32', [key]: 'x'.repeat(1e6) };
      expect(() => read(config)).toThrow(new RegExp(`^The config's "${key}" is .{1,100}; it must be`));
    }
  });
});

describe('wrappers', () => {
  const text = {
    model_type: 'qwen2',
    num_hidden_layers: 2,
    hidden_size: 64,
    num_attention_heads: 4,
    num_key_value_heads: 2,
  };
  const layers = read(text).layers;

  it.each([
    { text_config: text },
    { llm_config: text },
    { language_config: text },
    { thinker_config: { text_config: text } },
  ])('%j holds the text model', (wrapper) => {
    expect(read({ model_type: 'a_wrapper', ...wrapper }).layers).toEqual(layers);
  });

  it('are refused where two parts could be the text model', () => {
    expect(() => read({ model_type: 'a_wrapper', text_config: text, llm_config: text })).toThrow(
      'The config has "text_config" and "llm_config"',
    );
  });

  it('are read to a depth that is published, and no further', () => {
    let nested: unknown = text;
    for (let depth = 0; depth < 1000; depth++) {
      nested = { text_config: nested };
    }
    expect(() => read(nested)).toThrow('The architecture is not named');
  });
});

it('reads the states of a Bailing hybrid alike as published and saved anew, when head_dim is the rotary size', () => {
  const published = {
    ...{ model_type: 'bailing_hybrid', num_hidden_layers: 6, hidden_size: 2560, num_attention_heads: 32 },
    ...{ head_dim: 128, layer_group_size: 6, short_conv_kernel_size: 4, kv_lora_rank: 512 },
    ...{ qk_rope_head_dim: 64, qk_nope_head_dim: 128, v_head_dim: 128 },
  };
  const saved = {
    ...published,
    ...{ head_dim: 64, linear_head_dim: 128, linear_num_heads: 32, linear_conv_kernel_dim: 4 },
  };
  expect(read(saved).layers).toEqual(read(published).layers);
});

it('keeps the convolutions of Inkling in fp32 beside keys and values', () => {
  const { layers } = read({
    ...{ model_type: 'inkling_text', num_hidden_layers: 2, hidden_size: 256, num_attention_heads: 4 },
    ...{ num_key_value_heads: 2, head_dim: 32, swa_num_key_value_heads: 4, swa_head_dim: 16 },
    ...{ sliding_window_size: 8, conv_kernel_size: 4, local_layer_ids: [1] },
  });
  const heads = { keyHeadDim: 32, valueHeadDim: 32, numKeyValueHeads: 2 };
  expect(layers[0]).toMatchObject({
    parts: [
      { kind: 'full', ...heads },
      { convolution: { channels: 2 * 64 + 2 * 256, kernelSize: 4, dtype: 'fp32' } },
    ],
  });
  expect(layers[1]).toMatchObject({ parts: [{ kind: 'sliding', slidingWindow: 8, keyHeadDim: 16 }, {}] });
});

it('remembers looped layers once for each pass', () => {
  const { layers } = read({
    ...{ model_type: 'dory', num_hidden_layers: 8, hidden_size: 256, num_attention_heads: 4, head_dim: 64 },
    ...{ num_key_value_heads: 2, sliding_window: 16, n_input_layers: 2, n_output_layers: 2 },
    ...{
      n_recurrent_loops: 3,
      layer_types: ['full_attention', 'mlp', 'sliding_attention', 'mlp'].concat([
        'sliding_attention',
        'mlp',
        'full_attention',
        'mlp',
      ]),
    },
  });
  expect(layers.map((layer) => (layer.kind === 'composite' ? layer.parts.length : 1))).toEqual([1, 3, 3, 1]);
});
