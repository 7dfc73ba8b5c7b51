import { DTYPES, ENGINE_NAMES } from '@kv/core';

/**
 * All that the page shows follows from this, the models themselves aside: the text of every control, as typed. It is
 * written to the address of the page, see `address.ts`.
 */
export interface State {
  /** What is compared, at most `MAX_ROWS`. */
  readonly rows: readonly Row[];
  readonly chart: Chart;
  /** Tokens in each sequence, for all charts but the one that goes over them. */
  readonly context: string;
  readonly sequences: string;
  /** The shortest and longest context that is drawn; empty for what the models allow. */
  readonly minContext: string;
  readonly maxContext: string;
  readonly xAxis: 'log' | 'linear';
  readonly yAxis: 'log' | 'linear';
  readonly units: 'GB' | 'GiB';
  readonly theme: 'auto' | 'light' | 'dark';
  /** The series that a chart of only one shows, from 1. */
  readonly series: string;
  /** GPUs whose memory is to hold it, by their ids, with commas between them; empty for none. */
  readonly gpu: string;
  /** How many of one GPU share the work of each row whose own devices are not set. */
  readonly gpus: string;
  /** Memory of each GPU that neither weights nor cache are in; empty for what is assumed. */
  readonly overhead: string;
  /** The part of a GPU's memory that engines with such a setting take; empty for their own. */
  readonly utilization: string;
}

/** A model or a design, and how it is used. */
export type Row = ModelRow | DesignRow;

export interface ModelRow extends Use {
  readonly kind: 'model';
  /** A catalogue id, `hf:org/name`, or `file:` and the name of a file that was dropped onto the page. */
  readonly model: string;
}

/** Geometry by hand. It is drawn as every design that it asks for. */
export interface DesignRow extends Use {
  readonly kind: 'design';
  readonly knobs: Knobs;
}

/** The texts of the teaching scripts' knobs, under the command's flag names; an empty one is not set. */
export type Knobs = Readonly<Record<KnobName, string>>;

/** How a row is used, under the names of the command's flags. */
export interface Use {
  readonly engine: string;
  /** A dtype, or empty for what the model and engine choose. */
  readonly keyDtype: string;
  /** A dtype, or empty for that of the keys. */
  readonly valueDtype: string;
  /** Devices of each kind of parallelism. */
  readonly devices: Readonly<Record<DeviceName, string>>;
  /** The size of the weights, or the dtype that they are stored in; empty for what is known of the model. */
  readonly weights: string;
  readonly weightDtype: string;
  /** Settings of the engine: its flags without the dashes, and what they are set to. */
  readonly settings: Readonly<Record<string, string>>;
}

export const MAX_ROWS = 8;

export const CHARTS = ['context', 'batch', 'fit', 'pools', 'savings', 'layers'] as const;
export type Chart = (typeof CHARTS)[number];

export const KNOB_NAMES = [
  ...(['emb-dim', 'n-heads', 'n-layers', 'head-dim', 'n-kv-groups', 'latent-dim', 'kv-lora-rank'] as const),
  ...(['qk-rope-head-dim', 'sliding-window-size', 'swa-ratio', 'recurrent-ratio'] as const),
] as const;
export type KnobName = (typeof KNOB_NAMES)[number];

export const DEVICE_NAMES = ['tp', 'pp', 'dp', 'cp'] as const;
export type DeviceName = (typeof DEVICE_NAMES)[number];

/** What a control that offers a choice can be. */
export const CHOICES = {
  chart: CHARTS,
  xAxis: ['log', 'linear'],
  yAxis: ['log', 'linear'],
  units: ['GB', 'GiB'],
  theme: ['auto', 'light', 'dark'],
} as const satisfies { readonly [Field in keyof State]?: readonly State[Field][] };

export const DTYPE_NAMES: readonly string[] = DTYPES.map(({ name }) => name);

export const DEFAULT_USE: Use = {
  engine: ENGINE_NAMES[0] ?? 'ideal',
  keyDtype: '',
  valueDtype: '',
  devices: { tp: '1', pp: '1', dp: '1', cp: '1' },
  weights: '',
  weightDtype: '',
  settings: {},
};

export const NO_KNOBS: Knobs = Object.fromEntries(KNOB_NAMES.map((name) => [name, ''])) as Knobs;

/** The designs of the teaching script, where geometry by hand begins. */
export const SEED_DESIGN: DesignRow = {
  kind: 'design',
  knobs: { ...NO_KNOBS, 'emb-dim': '2048', 'n-heads': '24', 'n-layers': '48', 'n-kv-groups': '4,8,12,24' },
  ...DEFAULT_USE,
};

/** The catalogue id of the model that the page opens with. */
export const OPENING_MODEL = 'meta-llama/Llama-3.1-8B';

/** The page as it opens. */
export const DEFAULT_STATE: State = {
  rows: [{ kind: 'model', model: OPENING_MODEL, ...DEFAULT_USE }],
  chart: 'context',
  context: '128k',
  sequences: '1',
  minContext: '',
  maxContext: '',
  xAxis: 'log',
  yAxis: 'log',
  units: 'GiB',
  theme: 'auto',
  series: '1',
  gpu: 'h100-sxm',
  gpus: '1',
  overhead: '',
  utilization: '',
};

/** How a row is used, without what it is. */
export function useOf(row: Row): Use {
  const { engine, keyDtype, valueDtype, devices, weights, weightDtype, settings } = row;
  return { engine, keyDtype, valueDtype, devices, weights, weightDtype, settings };
}

/** The ids of the chosen GPUs. */
export function gpuIds({ gpu }: State): readonly string[] {
  return gpu.split(',').filter((id) => id.trim() !== '');
}

/** Whether a row's model came from a file, which stays on this page. */
export function isLocal(row: Row): boolean {
  return row.kind === 'model' && row.model.startsWith('file:');
}

/** What a page's address says, with a sentence for each part of it that is not understood and was left out. */
export interface ParsedState {
  readonly state: State;
  readonly problems: readonly string[];
}
