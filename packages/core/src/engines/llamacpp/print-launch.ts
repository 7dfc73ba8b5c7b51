import type { Deployment, ModelRef } from '../../deployment/deployment.js';
import type { DtypeName } from '../../model/dtype.js';
import { InputError } from '../../text/errors.js';
import { flagged, modelWord, type PrintedLaunch, refuseSplits, settingFlags } from '../launch/print.js';
import { CACHE_TYPES } from './cache-types.js';
import { LLAMACPP_FLAG_TABLE } from './launch.js';
import { LLAMACPP_MEMORY_FLAGS } from './memory-flags.js';

/**
 * The `llama-server` command of a deployment: its context has room for all sequences, and the layers are split over the
 * devices that it is shown.
 *
 * @throws InputError where llama.cpp has no flag for what it says.
 */
export function printLlamacpp(deployment: Deployment): PrintedLaunch {
  const { model, draft, projector, engine, load, parallelism } = deployment;
  const { version: _, ...settings } = engine.settings;
  const { contextLength, numSequences } = load;
  refuseSplits(deployment, 'llama.cpp', ['tensorParallel', 'contextParallel', 'dataParallel']);
  const cells = contextLength === undefined ? undefined : contextLength * (numSequences ?? 1);
  const count = parallelism.pipelineParallel ?? deployment.devices[0]?.count;
  return {
    words: [
      'llama-server',
      ...modelFlags(model, '-hf', '-m'),
      ...flagged('-c', cells),
      ...flagged('-np', numSequences),
      ...flagged('-ctk', typeWord(load.keyDtype)),
      ...flagged('-ctv', typeWord(load.valueDtype)),
      ...settingFlags(settings, 'llama.cpp', LLAMACPP_FLAG_TABLE, LLAMACPP_MEMORY_FLAGS),
      ...(draft === undefined ? [] : modelFlags(draft, '-hfd', '-md')),
      ...(projector === undefined ? [] : ['--mmproj', modelWord(projector, 'a projector')]),
    ],
    env:
      count === undefined
        ? {}
        : { CUDA_VISIBLE_DEVICES: Array.from({ length: count }, (_, index) => index).join(',') },
  };
}

function modelFlags(ref: ModelRef, hub: string, file: string): readonly string[] {
  return ['id' in ref ? hub : file, modelWord(ref, 'the name of a model or a file')];
}

function typeWord(dtype: DtypeName | undefined): string | undefined {
  const word = dtype === undefined ? undefined : CACHE_TYPES.get(dtype);
  if (dtype !== undefined && word === undefined) {
    throw new InputError(`llama.cpp has no cache of ${dtype}; it has ${[...CACHE_TYPES.keys()].join(', ')}.`);
  }
  return word;
}
