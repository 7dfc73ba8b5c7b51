import type { Deployment } from '../../deployment/deployment.js';
import {
  cacheDtypeWord,
  deviceVariables,
  flagged,
  modelWord,
  type PrintedLaunch,
  settingFlags,
} from '../launch/print.js';
import { CACHE_TYPES } from './cache-types.js';
import { LAYER_PARTITION, VLLM_FLAG_TABLE } from './launch.js';
import { VLLM_MEMORY_FLAGS } from './memory-flags.js';

/** The `vllm serve` command of a deployment. @throws InputError where vLLM has no flag for what it says. */
export function printVllm(deployment: Deployment): PrintedLaunch {
  const { model, draft, engine, load, parallelism } = deployment;
  const { version: _, numSpeculativeTokens, specMethod, ppLayerPartition, ...settings } = engine.settings;
  const speculative = {
    ...(specMethod === undefined ? {} : { method: specMethod }),
    ...(draft === undefined ? {} : { model: modelWord(draft, 'a draft model') }),
    ...(numSpeculativeTokens === undefined ? {} : { num_speculative_tokens: numSpeculativeTokens }),
  };
  return {
    words: [
      ...['vllm', 'serve', modelWord(model, 'the name of a model')],
      ...flagged('--tensor-parallel-size', parallelism.tensorParallel),
      ...flagged('--pipeline-parallel-size', parallelism.pipelineParallel),
      ...flagged('--data-parallel-size', parallelism.dataParallel),
      ...flagged('--decode-context-parallel-size', parallelism.contextParallel),
      ...flagged('--max-model-len', load.contextLength),
      ...flagged(
        '--kv-cache-dtype',
        cacheDtypeWord(load, 'vLLM', (dtype) => CACHE_TYPES.get(dtype)?.flag),
      ),
      ...settingFlags(settings, 'vLLM', VLLM_FLAG_TABLE, VLLM_MEMORY_FLAGS),
      ...(Object.keys(speculative).length === 0 ? [] : ['--speculative-config', JSON.stringify(speculative)]),
    ],
    env: {
      ...deviceVariables(deployment),
      ...(ppLayerPartition === undefined ? {} : { [LAYER_PARTITION]: String(ppLayerPartition) }),
    },
  };
}
