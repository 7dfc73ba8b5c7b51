import type { Workload } from '../../deployment/workload.js';

/** How a model is split over devices. */
type Parallelism = Pick<Workload, 'tensorParallel' | 'pipelineParallel' | 'dataParallel' | 'contextParallel'>;

/** Which model is meant: the name it is looked up by, or what stands there instead and what to give. */
export type ModelRef = { readonly id: string } | { readonly unknown: string; readonly give: string };

/** What a command said of running a model, and nothing else: what is absent was not said. */
export interface SaidDeployment {
  readonly model: ModelRef;
  /** The model whose tokens a speculative method proposes. */
  readonly draft?: ModelRef;
  /** The multimodal projector of llama.cpp. */
  readonly projector?: ModelRef;
  readonly engine: {
    readonly name: string;
    readonly release?: string;
    readonly settings: Readonly<Record<string, number | boolean | string>>;
  };
  readonly load: Partial<Omit<Workload, keyof Parallelism>>;
  readonly parallelism: Partial<Parallelism>;
  readonly devices: readonly { readonly gpu?: string; readonly count?: number }[];
}
