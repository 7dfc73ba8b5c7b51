import type { DesignKnobs } from '../designs/designs.js';
import type { WeightFormat } from './weight-format-names.js';
import type { Parallelism, Workload } from './workload.js';

/**
 * Which model is meant: by the name that it is looked up by, by the teaching knobs of a design, or not at all, with what
 * to give to say so.
 */
export type ModelRef =
  | { readonly id: string }
  | { readonly design: DesignKnobs }
  | { readonly unknown: string; readonly give: string };

/** Values of an engine's settings by key: `{ maxNumSeqs: 256 }`. Which ones there are, each engine's own list says. */
export type SettingValues = Readonly<Record<string, number | boolean | string>>;

/** Devices as they are named: what is absent was not said. */
export interface NamedDevices {
  /** As it was written: `h100`. */
  readonly gpu?: string;
  /** Of one of them, in bytes. */
  readonly memoryBytes?: number;
  readonly count?: number;
}

/**
 * What a person or a launch command said of running a model, and nothing else: plain JSON, in which what is absent was
 * not said. `readDeployment` reads it, `textsOf` prints it, `settle` fills in what engine, model and devices take by
 * default.
 */
export interface Deployment {
  readonly model: ModelRef;
  /** The model whose tokens a speculative method proposes. */
  readonly draft?: ModelRef;
  /** The multimodal projector of llama.cpp. */
  readonly projector?: ModelRef;
  /** Weights other than the model's own. */
  readonly weights?: { readonly dtype: WeightFormat } | { readonly bytes: number };
  readonly engine: {
    readonly name: string;
    readonly release?: string;
    readonly settings: SettingValues;
  };
  /** How much is asked of it. Limits of the engine are settings. */
  readonly load: Partial<Omit<Workload, keyof Parallelism>>;
  readonly parallelism: Partial<Parallelism>;
  /** One entry for each kind of device. */
  readonly devices: readonly NamedDevices[];
  /** Memory of each device that neither weights nor cache are in, in bytes. */
  readonly overheadBytes?: number;
}
