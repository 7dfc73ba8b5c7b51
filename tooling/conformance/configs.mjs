import { integer, oneOf, scaled } from './random.mjs';

/** Sizes that a changed config has another of, where it has one: how it is picked. */
const SIZES = {
  sliding_window: (random) => scaled(random, 15),
  attention_chunk_size: (random) => scaled(random, 15),
  head_dim: (random) => 16 * integer(random, 2, 20),
  global_head_dim: (random) => 16 * integer(random, 2, 34),
  v_head_dim: (random) => 16 * integer(random, 2, 20),
  kv_lora_rank: (random) => oneOf(random, [128, 256, 384, 512, 768]),
  qk_rope_head_dim: (random) => oneOf(random, [32, 64, 128]),
  linear_num_value_heads: (random) => oneOf(random, [16, 32, 48, 64, 128]),
  linear_key_head_dim: (random) => oneOf(random, [64, 128, 192, 256]),
  linear_value_head_dim: (random) => oneOf(random, [64, 128, 192, 256]),
  linear_conv_kernel_dim: (random) => integer(random, 2, 6),
  mamba_d_state: (random) => oneOf(random, [16, 64, 128, 256]),
  mamba_d_conv: (random) => integer(random, 2, 6),
  mamba_n_groups: (random) => oneOf(random, [1, 2, 4, 8]),
  ssm_state_size: (random) => oneOf(random, [16, 64, 128, 256]),
  state_size: (random) => oneOf(random, [8, 16, 64, 128]),
  conv_kernel: (random) => integer(random, 2, 6),
  conv_L_cache: (random) => integer(random, 2, 6),
  n_groups: (random) => oneOf(random, [1, 2, 4, 8]),
};

const KEY_VALUE_HEADS = ['num_key_value_heads', 'num_global_key_value_heads', 'swa_num_key_value_heads'];

/** A published config with another number of layers, order of layers, windows, heads and states. */
export function mutatedConfig(random, config) {
  const nested = config.text_config;
  const changed = changedText(random, nested ?? config);
  return nested === undefined ? changed : { ...config, text_config: changed };
}

/** Engines have kernels for one size only of the latents of these. */
const FIXED_SIZES = ['compress_ratios', 'index_head_dim'];

function changedText(random, config) {
  const changed = { ...config };
  const isFixed = FIXED_SIZES.some((key) => config[key] !== undefined);
  for (const [key, size] of Object.entries(SIZES)) {
    if (typeof config[key] === 'number' && random() < 0.4 && !(isFixed && key !== 'sliding_window')) {
      changed[key] = size(random);
    }
  }
  const heads = config.num_attention_heads;
  for (const key of KEY_VALUE_HEADS) {
    if (typeof config[key] === 'number' && typeof heads === 'number' && random() < 0.5) {
      changed[key] = oneOf(
        random,
        [1, 2, 3, 4, 5, 8, 16, 32, 64].filter((one) => heads % one === 0),
      );
    }
  }
  return random() < 0.6 ? withLayers(random, changed) : changed;
}

/** Fewer layers, and those whose kinds are listed in another order or of other kinds of the same list. */
function withLayers(random, config) {
  const count = config.num_hidden_layers;
  if (typeof count !== 'number' || config.linear_attn_config !== undefined) {
    return config;
  }
  const fewer = integer(random, Math.min(4, count), count);
  const kinds = config.layer_types;
  const picks = random() < 0.5;
  const listed = Object.entries(config).map(([key, value]) => {
    const isList = (Array.isArray(value) || typeof value === 'string') && value.length === count;
    return [key, isList ? value.slice(count - fewer) : value];
  });
  return {
    ...Object.fromEntries(listed),
    num_hidden_layers: fewer,
    ...(picks &&
      Array.isArray(kinds) && {
        // The last layer of some architectures has to be a full one.
        layer_types: [...Array.from({ length: fewer - 1 }, () => oneOf(random, kinds)), kinds.at(-1)],
      }),
    ...(config.num_kv_shared_layers > 0 && { num_kv_shared_layers: integer(random, 0, fewer - 3) }),
  };
}
