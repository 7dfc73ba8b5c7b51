import { parseDtype } from '../../model/dtype.js';
import { InputError } from '../../text/errors.js';
import type { LaunchCommand, LaunchWord } from '../launch/command.js';
import { countedKeys, releaseOfTag } from '../launch/counted.js';
import { readEnvironment, variableWord } from '../launch/environment.js';
import { finished } from '../launch/finish.js';
import { asked, type Interpreted, nothingSaid, strayWord } from '../launch/interpret.js';
import { modelRef } from '../launch/model-ref.js';
import { humanInteger } from '../launch/numbers.js';
import type { LaunchReading } from '../launch/reading.js';
import { LLAMACPP_SETTINGS } from './settings.js';

/** What variables of Ollama that change memory set. Source: ollama/ollama `envconfig/config.go`. */
const VARIABLES: Readonly<Record<string, string>> = {
  OLLAMA_CONTEXT_LENGTH: 'contextLength',
  OLLAMA_NUM_PARALLEL: 'parallel',
  OLLAMA_KV_CACHE_TYPE: 'cacheType',
  OLLAMA_FLASH_ATTENTION: 'flashAttn',
  OLLAMA_MAX_LOADED_MODELS: 'maxLoadedModels',
  OLLAMA_GPU_OVERHEAD: 'gpuOverhead',
  OLLAMA_SCHED_SPREAD: 'schedSpread',
};

/** Parameters of a Modelfile that change memory. Source: ollama/ollama `api/types.go` (`Runner`). */
const PARAMETERS: Readonly<Record<string, string>> = {
  num_ctx: 'contextLength',
  num_batch: 'batchSize',
  num_gpu: 'gpuLayers',
  main_gpu: 'mainGpu',
  use_mmap: 'mmap',
};

const COUNTED = countedKeys(LLAMACPP_SETTINGS);

/**
 * What an `ollama` command, its environment and its Modelfile say. Ollama starts llama-server with a context for each of
 * its parallel requests: `--ctx-size` is OLLAMA_CONTEXT_LENGTH x OLLAMA_NUM_PARALLEL.
 *
 * Source: ollama/ollama `llm/llama_server.go`, `envconfig/config.go`.
 *
 * @throws InputError for a number that is none.
 */
export function readOllama(command: LaunchCommand): LaunchReading {
  const said = nothingSaid(command.notes);
  const release = releaseOfTag(command.image, /\bollama[\w.-]*:v?(\d+\.\d+\.\d+)/);
  if (release !== undefined) {
    said.notes.push(`Ollama ${release} brings a llama.cpp of its own.`);
  }
  readArguments(command.argv, said);
  const context: Record<string, string | number | boolean> = {};
  for (const [name, word] of Object.entries(command.env)) {
    if (Object.hasOwn(VARIABLES, name)) {
      take(name, VARIABLES[name] ?? '', word, context, said);
    }
  }
  for (const [name, word] of Object.entries(command.parameters ?? {})) {
    const key = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    if (key === undefined) {
      said.words.push(variableWord(name, word.text, 'no-matter'));
    } else {
      take(name, key, word, context, said);
    }
  }
  readEnvironment(command, new Set(), new Set(Object.keys(VARIABLES)), said);
  saySettings(context, said);
  return finished(command, 'llama.cpp', COUNTED, 'ollama run MODEL', said);
}

function readArguments(argv: readonly LaunchWord[], said: Interpreted): void {
  const [subcommand, ...rest] = argv;
  if (subcommand === undefined || !['run', 'pull', 'create', 'show'].includes(subcommand.text)) {
    return;
  }
  const [model, ...others] = rest.filter(({ text }) => !text.startsWith('-'));
  if (model !== undefined) {
    said.model = modelRef(model, 'ollama run MODEL');
  }
  said.words.push(
    ...others.map(strayWord),
    ...rest
      .filter(({ text }) => text.startsWith('-'))
      .map(({ text }) => ({ flag: text, is: 'no-matter' as const })),
  );
}

function take(
  name: string,
  key: string,
  word: LaunchWord,
  context: Record<string, string | number | boolean>,
  said: Interpreted,
): void {
  const isCounted = ['contextLength', 'parallel', 'cacheType', 'flashAttn', 'batchSize'].includes(key);
  said.words.push(variableWord(name, word.text, isCounted ? 'modelled' : 'not-modelled'));
  if (word.unknown !== undefined) {
    said.missing.push(asked(name, [word]));
    return;
  }
  if (word.text === '') {
    return;
  }
  context[key] =
    key === 'cacheType'
      ? word.text
      : key === 'flashAttn' || key === 'schedSpread' || key === 'mmap'
        ? /^(1|t|true)$/i.test(word.text)
        : humanInteger(word.text, name, {});
}

function saySettings(context: Readonly<Record<string, string | number | boolean>>, said: Interpreted): void {
  const { contextLength, parallel, cacheType, flashAttn, ...others } = context;
  Object.assign(said.settings, others);
  if (typeof flashAttn === 'boolean') {
    said.settings.flashAttn = flashAttn ? 'on' : 'off';
  }
  if (typeof cacheType === 'string') {
    said.settings.cacheTypeK = cacheType;
    said.settings.cacheTypeV = cacheType;
    const dtype = parseDtype(cacheType);
    said.load.keyDtype = dtype;
    said.load.valueDtype = dtype;
  }
  const slots = typeof parallel === 'number' && parallel > 0 ? parallel : 1;
  if (typeof parallel === 'number' && parallel > 0) {
    said.settings.parallel = parallel;
    said.load.numSequences = parallel;
  }
  if (typeof contextLength === 'number' && contextLength > 0) {
    const cells = contextLength * slots;
    if (!Number.isSafeInteger(cells)) {
      throw new InputError(
        `A context of ${contextLength} for each of ${slots} requests is too large to be counted exactly.`,
      );
    }
    said.load.contextLength = contextLength;
    said.settings.ctxSize = cells;
  }
}
