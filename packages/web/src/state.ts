import { DTYPES } from '@kv/core';

/**
 * All that the page shows follows from this: the text of every control, as typed. It is written to the address of the
 * page, so its keys and values are the format of shared links.
 */
export const DEFAULT_STATE = {
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

/** The text of every control; an empty one is not set. */
export type State = Readonly<typeof DEFAULT_STATE>;

/** A control, by the name that it has in the address. */
export type Field = keyof State;

export const FIELDS = Object.keys(DEFAULT_STATE) as readonly Field[];

/** What a control that offers a choice can be. */
export const CHOICES = {
  key_dtype: DTYPES.map(({ name }) => name),
  value_dtype: DTYPES.map(({ name }) => name),
  x_axis: ['log', 'linear'],
  y_axis: ['linear', 'log'],
  units: ['GB', 'GiB'],
  theme: ['auto', 'light', 'dark'],
} as const satisfies Partial<Record<Field, readonly string[]>>;

/** The format of addresses; a link of another version may mean something else. */
const VERSION = '1';

/** What a page's address says, with a sentence for each part of it that is not understood and was left out. */
export interface ParsedState {
  readonly state: State;
  readonly problems: readonly string[];
}

/** Reads the query of an address, whatever it holds. Fields that it does not name are as by default. */
export function parseState(query: string): ParsedState {
  const parameters = new URLSearchParams(query);
  const version = parameters.get('v');
  if (version !== null && version !== VERSION) {
    return {
      state: DEFAULT_STATE,
      problems: [`This link is of version "${version}"; this page reads version ${VERSION}.`],
    };
  }
  const state = { ...DEFAULT_STATE };
  const problems: string[] = [];
  for (const [key, value] of parameters) {
    const field = FIELDS.find((known) => known === key);
    if (field === undefined) {
      if (key !== 'v') {
        problems.push(`The link's "${key}" is not known and was left out.`);
      }
    } else if (!isChoice(field, value)) {
      problems.push(`The link's ${field} is "${value}"; it must be one of ${choicesOf(field)?.join(', ')}.`);
    } else {
      state[field] = value;
    }
  }
  return { state, problems };
}

/** The query that `parseState` reads back as this state; empty for the default one. */
export function formatState(state: State): string {
  const changed = FIELDS.filter((field) => state[field] !== DEFAULT_STATE[field]);
  return changed.length === 0
    ? ''
    : `?${new URLSearchParams([['v', VERSION], ...changed.map((field) => [field, state[field]])])}`;
}

function choicesOf(field: Field): readonly string[] | undefined {
  const choices: Partial<Record<Field, readonly string[]>> = CHOICES;
  return choices[field];
}

function isChoice(field: Field, value: string): boolean {
  return choicesOf(field)?.includes(value) ?? true;
}
