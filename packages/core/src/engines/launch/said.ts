import type { Deployment, ModelRef } from '../../deployment/deployment.js';

/** What a command said of running a model, with the models that a deployment of one model has no place for. */
export interface SaidDeployment extends Deployment {
  /** The model whose tokens a speculative method proposes. */
  readonly draft?: ModelRef;
  /** The multimodal projector of llama.cpp. */
  readonly projector?: ModelRef;
}
