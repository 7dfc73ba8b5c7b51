import type { Deployment } from '../../deployment/deployment.js';
import {
  cacheDtypeWord,
  deviceVariables,
  flagged,
  modelWord,
  type PrintedLaunch,
  refuseSplits,
  settingFlags,
} from '../launch/print.js';
import { cacheTypeWord } from './cache-types.js';
import { RENAMED, SGLANG_FLAG_TABLE } from './launch.js';
import { SGLANG_MEMORY_FLAGS } from './memory-flags.js';

/** The `sglang serve` command of a deployment. @throws InputError where SGLang has no flag for what it says. */
export function printSglang(deployment: Deployment): PrintedLaunch {
  const { model, draft, engine, load, parallelism } = deployment;
  const { version: _, ...known } = engine.settings;
  const settings = Object.fromEntries(
    Object.entries(known).map(([key, value]) => [
      Object.hasOwn(RENAMED, key) ? RENAMED[key as keyof typeof RENAMED] : key,
      value,
    ]),
  );
  refuseSplits(deployment, 'SGLang', ['contextParallel']);
  return {
    words: [
      ...['sglang', 'serve', '--model-path', modelWord(model, 'the name of a model')],
      ...flagged('--tp-size', parallelism.tensorParallel),
      ...flagged('--pp-size', parallelism.pipelineParallel),
      ...flagged('--dp-size', parallelism.dataParallel),
      ...flagged('--context-length', load.contextLength),
      ...flagged('--kv-cache-dtype', cacheDtypeWord(load, 'SGLang', cacheTypeWord)),
      ...settingFlags(settings, 'SGLang', SGLANG_FLAG_TABLE, SGLANG_MEMORY_FLAGS),
      ...flagged('--speculative-draft-model-path', draft && modelWord(draft, 'a draft model')),
    ],
    env: deviceVariables(deployment),
  };
}
