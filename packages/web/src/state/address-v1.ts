import {
  CHOICES,
  DEFAULT_STATE,
  DEFAULT_USE,
  DTYPE_NAMES,
  NO_KNOBS,
  type ParsedState,
  SEED_DESIGN,
  type State,
} from './state.js';

/** What every control of the first page held where the link does not say, under the teaching scripts' names. */
const DEFAULTS = {
  emb_dim: '2048',
  n_heads: '24',
  n_layers: '48',
  head_dim: '',
  n_kv_groups: '4,8,12,24',
  latent_dim: '',
  sliding_window_size: '',
  swa_ratio: '',
  recurrent_ratio: '',
  batch_size: '1',
  key_dtype: 'bf16',
  value_dtype: 'bf16',
  min_context: '256',
  max_context: '128k',
  x_axis: 'log',
  y_axis: 'linear',
  units: 'GB',
  theme: 'auto',
};

type Field = keyof typeof DEFAULTS;

const WORDS: Partial<Record<Field, readonly string[]>> = {
  key_dtype: DTYPE_NAMES,
  value_dtype: DTYPE_NAMES,
  x_axis: CHOICES.xAxis,
  y_axis: CHOICES.yAxis,
  units: CHOICES.units,
  theme: CHOICES.theme,
};

/** Reads a link of version 1, which held the knobs of one geometry: the same picture as one design row. */
export function parseFirstVersion(parameters: URLSearchParams): ParsedState {
  const texts = { ...DEFAULTS };
  const problems: string[] = [];
  for (const [key, value] of parameters) {
    if (!Object.hasOwn(DEFAULTS, key)) {
      problems.push(`The link's "${key}" is not known and was left out.`);
      continue;
    }
    const field = key as Field;
    if (WORDS[field]?.includes(value) ?? true) {
      texts[field] = value;
    } else {
      problems.push(`The link's ${key} is "${value}"; it must be one of ${WORDS[field]?.join(', ')}.`);
    }
  }
  return { state: stateOf(texts), problems };
}

function stateOf(texts: typeof DEFAULTS): State {
  const knobs = {
    ...NO_KNOBS,
    'emb-dim': texts.emb_dim,
    'n-heads': texts.n_heads,
    'n-layers': texts.n_layers,
    'head-dim': texts.head_dim,
    'n-kv-groups': texts.n_kv_groups,
    'latent-dim': texts.latent_dim,
    'sliding-window-size': texts.sliding_window_size,
    'swa-ratio': texts.swa_ratio,
    'recurrent-ratio': texts.recurrent_ratio,
  };
  const sameDtypes = texts.key_dtype === texts.value_dtype;
  return {
    ...DEFAULT_STATE,
    rows: [
      {
        ...SEED_DESIGN,
        ...DEFAULT_USE,
        knobs,
        keyDtype: texts.key_dtype === 'bf16' && sameDtypes ? '' : texts.key_dtype,
        valueDtype: sameDtypes ? '' : texts.value_dtype,
      },
    ],
    context: texts.max_context,
    sequences: texts.batch_size,
    minContext: texts.min_context,
    maxContext: texts.max_context,
    xAxis: texts.x_axis as State['xAxis'],
    yAxis: texts.y_axis as State['yAxis'],
    units: texts.units as State['units'],
    theme: texts.theme as State['theme'],
  };
}
