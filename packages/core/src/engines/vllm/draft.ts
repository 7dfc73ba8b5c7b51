import { type Memory, memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { isDeepseekV4 } from './deepseek-v4.js';
import type { VllmSettings } from './settings.js';

/** The layers that propose tokens and have a cache. */
export interface Draft {
  /** Whose heads and dtype they have. */
  readonly model: Model;
  readonly memories: readonly Memory[];
}

/**
 * The layers that vLLM loads for drafting beside the model's own, on the last pipeline stage, with caches like any others:
 * those of a draft model; for `mtp`, which a checkpoint with such layers is taken for, those for multi-token prediction, each
 * like the last layer of the model that keeps every token. None without speculation, or where tokens are proposed without attention. Undefined where they
 * are not known: a draft model that is not given, or predictors of a model with windows or several caches in a layer.
 *
 * Source: vllm-project/vllm v0.33.0 and v0.20.2, `vllm/v1/worker/gpu_model_runner.py` (`drafter`, `get_kv_cache_spec`),
 * `vllm/config/speculative.py` (`hf_config_override`), `vllm/model_executor/models/deepseek_mtp.py`, `glm4_moe_mtp.py`,
 * `mimo_mtp.py`, `ernie_mtp.py`, `qwen3_next_mtp.py`, `qwen3_5_mtp.py`, `nemotron_h_mtp.py`.
 *
 * @param draft the model that drafts, where it is another and known.
 */
export function draftOf(model: Model, settings: VllmSettings, draft?: Model): Draft | undefined {
  const { numSpeculativeTokens = 0, specMethod } = settings;
  if (numSpeculativeTokens === 0 || specMethod === 'ngram_gpu' || proposesOnHost(settings)) {
    return { model, memories: [] };
  }
  switch (specMethod) {
    case 'mtp':
      return predictorsOf(draft ?? model);
    case undefined:
      return draft === undefined || hasPredictors(draft) ? predictorsOf(draft ?? model) : whole(draft);
    default:
      return draft === undefined ? undefined : whole(draft);
  }
}

/**
 * Methods that neither attend nor run ahead of the step before: asynchronous scheduling is off with them.
 *
 * Source: vllm-project/vllm v0.33.0, v0.29.0 and v0.26.0, `vllm/config/vllm.py` (`VllmConfig.__post_init__`).
 */
export function proposesOnHost({ numSpeculativeTokens = 0, specMethod }: VllmSettings): boolean {
  return numSpeculativeTokens > 0 && specMethod !== undefined && ON_HOST.has(specMethod);
}

const ON_HOST: ReadonlySet<string> = new Set(['ngram', 'suffix', 'medusa', 'mlp_speculator']);

function whole(draft: Model): Draft {
  return { model: draft, memories: draft.layers.flatMap(memoriesOf) };
}

function hasPredictors({ numNextnPredictLayers = 0 }: Model): boolean {
  return numNextnPredictLayers > 0;
}

function predictorsOf(model: Model): Draft | undefined {
  const { layers, numNextnPredictLayers = 0 } = model;
  const memories = layers.flatMap(memoriesOf);
  const kept = memories.filter(({ kind }) => kind === 'full' || kind === 'latent');
  const isPlain = layers.length === memories.length && memories.every(({ kind }) => PLAIN.has(kind));
  const last = kept.findLast((memory) => 'indexer' in memory && memory.indexer !== undefined) ?? kept.at(-1);
  return !hasPredictors(model) || isDeepseekV4(model) || !isPlain || last === undefined
    ? undefined
    : { model, memories: Array<Memory>(numNextnPredictLayers).fill(last) };
}

/** Kinds of layers beside which predictors are known to be like the last that keeps every token. */
const PLAIN: ReadonlySet<Memory['kind']> = new Set(['full', 'latent', 'recurrent', 'none']);
