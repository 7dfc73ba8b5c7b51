import { type Shard, shardsOf } from '../../deployment/shards.js';
import type { Workload } from '../../deployment/workload.js';
import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { cacheDtypeOf } from './cache-types.js';
import { stagesOf } from './layers.js';
import { pageSizeOf } from './page-size.js';
import type { PoolContext } from './pool-context.js';
import type { SglangSettings } from './settings.js';
import { speculationOf } from './speculation.js';
import { statesOfRequest } from './states.js';
import { type TokenRules, tokenRules } from './tokens.js';

/** What each device has of a model, and what the size of its pools depends on. */
export interface SglangLayout {
  readonly shards: readonly Shard[];
  readonly tokens: TokenRules;
  readonly contextOf: (shard: Shard) => PoolContext;
}

/**
 * The devices of a workload.
 *
 * @throws InputError where SGLang cannot run the model or workload, or what it does is not known here.
 */
export function layoutOf(
  model: Model,
  workload: Workload,
  settings: SglangSettings,
  draft?: Model,
): SglangLayout {
  const { tensorParallel, dataParallel, contextParallel, pipelineParallel } = workload;
  const isLatent = model.layers.flatMap(memoriesOf).some(({ kind }) => kind === 'latent');
  const cacheDtype = cacheDtypeOf(workload, settings, isLatent);
  if (contextParallel > 1) {
    throw new InputError(
      `contextParallel is ${contextParallel}, which is not known here for SGLang; it must be 1.`,
    );
  }
  const shared = settings.enableDpAttention === true;
  if (shared && tensorParallel % dataParallel !== 0) {
    throw new InputError(
      `dataParallel is ${dataParallel}, which must divide tensorParallel ${tensorParallel}: --enable-dp-attention shares its devices.`,
    );
  }
  const attentionParallel = shared ? tensorParallel / dataParallel : tensorParallel;
  const { numAttentionHeads, name } = model;
  if (numAttentionHeads !== undefined && numAttentionHeads % attentionParallel !== 0) {
    throw new InputError(
      `tensorParallel is ${attentionParallel}, which does not divide the ${numAttentionHeads} attention heads of ${name}; SGLang needs one that does.`,
    );
  }
  const speculation = speculationOf(model, settings);
  const tokens = tokenRules(model, pageSizeOf(model, settings), settings);
  const stages = stagesOf(model, pipelineParallel);
  return {
    tokens,
    shards: shardsOf(model, { ...workload, tensorParallel: attentionParallel }).map((shard) => ({
      ...shard,
      layers: stages[shard.stage] ?? [],
    })),
    contextOf: ({ numSequences }) => ({
      model,
      settings,
      tokens,
      cacheDtype,
      numSequences,
      tensorParallel: attentionParallel,
      pipelineParallel,
      speculation,
      draft,
      states: statesFor(model, numSequences, settings, shared ? dataParallel : 1),
    }),
  };
}

/** @param replicas data-parallel replicas that share the states of `--max-mamba-cache-size`. */
function statesFor(
  model: Model,
  numSequences: number,
  { maxMambaCacheSize, ...settings }: SglangSettings,
  replicas: number,
): number {
  const needed = numSequences * statesOfRequest(model, settings);
  const states = maxMambaCacheSize === undefined ? needed : Math.floor(maxMambaCacheSize / replicas);
  if (states < needed) {
    throw new InputError(
      `--max-mamba-cache-size is ${maxMambaCacheSize}, but ${replicas * numSequences} running requests need ${replicas * needed} states.`,
    );
  }
  return states;
}
