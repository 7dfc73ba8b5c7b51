import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { estimate } from '../../src/estimate/estimate.js';
import { modelFromConfig } from '../../src/import/config.js';
import { KNOWN_MODEL_TYPES } from '../../src/import/families.js';
import { describeLayers } from '../../src/model/describe.js';
import type { Model } from '../../src/model/model.js';
import { InputError } from '../../src/text/errors.js';
import { endsWell, mutated } from './mutations.js';
import { PUBLISHED } from './published.js';

const read = (config: unknown): Model => modelFromConfig(config, { id: 'test', source: 'a test' });

const refusal = (config: unknown): string => {
  try {
    read(config);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  return expect.fail('the config was read');
};

const PLAIN = { num_hidden_layers: 4, hidden_size: 1024, num_attention_heads: 16, num_key_value_heads: 4 };

describe.each(Object.entries(PUBLISHED))('%s', (_, { config, bytesPerToken, picture }) => {
  const model = read(config);

  it('remembers what its own code caches, with nothing to warn of', () => {
    const workload = { ...DEFAULT_WORKLOAD, contextLength: 200_000 };
    expect({
      picture: describeLayers(model),
      bytesPerToken: estimate({ ...model, maxPositionEmbeddings: 200_000 }, workload).bytesPerToken,
      warnings: model.warnings,
    }).toEqual({ picture, bytesPerToken, warnings: [] });
  });

  it('ends in a model or in one InputError, however it is broken', () => {
    fc.assert(
      fc.property(mutated(config), (broken) => {
        endsWell(broken);
      }),
      { numRuns: 150 },
    );
  });
});

describe('every known model type', () => {
  it.each(KNOWN_MODEL_TYPES)(
    '%s: is read or refused, never worse, with plain fields and MLA fields',
    (type) => {
      const config = {
        model_type: type,
        ...PLAIN,
        sliding_window: 128,
        kv_lora_rank: 512,
        qk_rope_head_dim: 64,
        qk_nope_head_dim: 128,
        head_dim: 128,
      };
      fc.assert(
        fc.property(mutated(config), (broken) => void endsWell(broken)),
        { numRuns: 25 },
      );
    },
  );

  it('refuses an enormous number of layers at once', () => {
    for (const type of KNOWN_MODEL_TYPES) {
      expect(endsWell({ model_type: type, ...PLAIN, num_hidden_layers: 1e9, num_layers: 1e9 })).toBe(false);
    }
  });
});

describe('fields', () => {
  it('takes a head size from the config before it divides', () => {
    expect(read({ model_type: 'llama', ...PLAIN, head_dim: 128 }).layers[0]).toMatchObject({
      keyHeadDim: 128,
    });
  });

  it('gives each attention head its own keys where num_key_value_heads is null', () => {
    const { layers } = read({
      model_type: 'mistral',
      ...PLAIN,
      num_key_value_heads: null,
      sliding_window: null,
    });
    expect(layers[0]).toMatchObject({ kind: 'full', numKeyValueHeads: 16 });
  });

  it('refuses more key-value heads than attention heads', () => {
    expect(refusal({ model_type: 'llama', ...PLAIN, num_key_value_heads: 32 })).toContain(
      'num_key_value_heads',
    );
  });

  it.each(['num_hidden_layers', 'hidden_size', 'num_attention_heads'])(
    'refuses a config without %s',
    (key) => {
      expect(refusal({ model_type: 'llama', ...PLAIN, [key]: undefined })).toContain(key);
    },
  );

  it('refuses two names of one field that disagree', () => {
    expect(
      refusal({ model_type: 'gpt2', n_layer: 12, num_hidden_layers: 24, n_head: 12, n_embd: 768 }),
    ).toMatch(/num_hidden_layers.*n_layer/);
  });

  it('slides only the layers from max_window_layers on, and only with use_sliding_window', () => {
    const config = { model_type: 'qwen2', ...PLAIN, sliding_window: 128, max_window_layers: 3 };
    expect(describeLayers(read({ ...config, use_sliding_window: true }))).toBe('3x full + 1x sliding(128)');
    expect(describeLayers(read(config))).toBe('4x full');
  });

  it('warns of a window that the architecture does not use', () => {
    expect(read({ model_type: 'llama', ...PLAIN, sliding_window: 128 }).warnings.join()).toContain(
      'sliding_window',
    );
  });

  it('refuses layer_types of another length than the layers', () => {
    expect(refusal({ model_type: 'gemma2', ...PLAIN, layer_types: ['full_attention'] })).toContain(
      'layer_types',
    );
  });

  it('reads pruned attention and heads of each layer from block_configs', () => {
    const block = (attention: unknown) => ({ attention, ffn: {} });
    const model = read({
      model_type: 'nemotron-nas',
      ...PLAIN,
      block_configs: [
        block({ no_op: true, n_heads_in_group: null }),
        block({ n_heads_in_group: 8 }),
        block({ replace_with_linear: true }),
        block({ n_heads_in_group: 4 }),
      ],
    });
    expect(
      model.layers.map((layer) => ('numKeyValueHeads' in layer ? layer.numKeyValueHeads : layer.kind)),
    ).toEqual(['none', 2, 'none', 4]);
  });

  it('gives Gemma 4 its own heads in full layers, and makes the last layer full', () => {
    const config = {
      model_type: 'gemma4_text',
      ...PLAIN,
      num_hidden_layers: 7,
      head_dim: 64,
      global_head_dim: 256,
      num_global_key_value_heads: 2,
      attention_k_eq_v: true,
      sliding_window: 128,
    };
    const { layers } = read(config);
    expect(layers.map(({ kind }) => kind)).toEqual([...Array(5).fill('sliding'), 'full', 'full']);
    expect(layers[5]).toMatchObject({ numKeyValueHeads: 2, keyHeadDim: 256 });
    const shared = read({ ...config, num_kv_shared_layers: 1 }).layers;
    expect(shared[6]).toEqual({ kind: 'shared', sharesWith: 5 });
  });

  it('keeps no index in GLM-5 layers that share one', () => {
    const model = read({
      model_type: 'glm_moe_dsa',
      ...PLAIN,
      num_hidden_layers: 8,
      index_topk_freq: 4,
      index_skip_topk_offset: 3,
    });
    expect(describeLayers(model)).toBe('3x latent with index + 3x latent + 1x latent with index + 1x latent');
  });

  it('reads DeepSeek-V4 from compress_ratios without the prediction layer', () => {
    const config = {
      model_type: 'deepseek_v4',
      ...PLAIN,
      num_key_value_heads: 1,
      head_dim: 512,
      compress_ratios: [0, 4, 128, 4, 0],
    };
    const model = read(config);
    expect(model.numHiddenLayers).toBe(4);
    // Two compressed layers with an index, one without: 2 x (512 + 128) / 4 + 512 / 128 elements of 2 bytes.
    const workload = { ...DEFAULT_WORKLOAD, contextLength: 200_000 };
    expect(estimate(model, workload).bytesPerToken).toBe(2 * (320 + 4));
  });

  it('shares the cache of Hunyuan layers in groups with use_cla', () => {
    const model = read({ model_type: 'hunyuan', ...PLAIN, use_cla: true, cla_share_factor: 2 });
    expect(describeLayers(model)).toBe('1x full + 1x shared, x2');
  });
});

describe('an unknown architecture', () => {
  it.each(Object.entries(PUBLISHED))(
    'is refused, or read as the known one with a warning: %s under another name',
    (_, { config }) => {
      const name = { model_type: 'unheard-of', architectures: ['UnheardOfForCausalLM'] };
      const text = config.text_config;
      const nested = typeof text === 'object' ? { text_config: { ...text, ...name } } : {};
      const renamed = { ...config, ...name, ...nested };
      let model: Model;
      try {
        model = read(renamed);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        return;
      }
      expect(model.layers).toEqual(read(config).layers);
      expect(model.warnings.join()).toContain('unheard-of');
    },
  );

  it('is counted as full attention, with a warning that names it, where the fields are plain', () => {
    const model = read({
      model_type: 'lama',
      ...PLAIN,
      rope_scaling: { factor: 2 },
      vocab_size: 1,
      my_alpha: 3,
    });
    expect(describeLayers(model)).toBe('4x full');
    expect(model.warnings).toHaveLength(1);
    expect(model.warnings[0]).toMatch(/"lama".*"llama".*"my_alpha"/);
  });

  it.each([
    ['attention_window', 128],
    ['latent_dim', 64],
    ['kv_lora_rank', 64],
    ['ssm_state_size', 16],
    ['mamba_d_conv', 4],
    ['linear_attn_config', {}],
    ['layer_types', ['full_attention']],
    ['hybrid_override_pattern', 'M*'],
    ['block_configs', [{}]],
    ['kv_share_every', 2],
    ['attention_chunk_size', 8192],
    ['compress_ratios', [4]],
    ['index_topk', 2048],
    ['cross_attention_layers', [1]],
    ['num_state_heads', 4],
    ['something_for_each_layer', [1, 2, 3, 4]],
    ['part_config', { size: 3 }],
  ])('is refused, naming %s', (key, value) => {
    const config = { model_type: 'novel', ...PLAIN, [key]: value };
    if (Object.keys(Object(value)).length === 0 && typeof value === 'object') {
      expect(read(config).warnings).toHaveLength(1);
    } else {
      expect(refusal(config)).toContain(`"${key}"`);
    }
  });

  it('is refused, naming what is missing, without the plain fields', () => {
    expect(refusal({ model_type: 'novel', hidden_size: 64 })).toMatch(
      /num_hidden_layers.*num_attention_heads/,
    );
    expect(refusal({})).toContain('model_type');
  });

  it('is read by the class of the checkpoint where that is known', () => {
    expect(read({ model_type: 'git', architectures: ['Grok1ForCausalLM'], ...PLAIN }).warnings).toEqual([]);
  });
});
