import { InputError } from '../../text/errors.js';
import type { LaunchCommand, LaunchWord } from '../launch/command.js';
import { countedKeys, releaseOfTag } from '../launch/counted.js';
import { readEnvironment, visibleDevices } from '../launch/environment.js';
import { finished } from '../launch/finish.js';
import { flagTable, placeOf } from '../launch/flag-table.js';
import { type Given, shown } from '../launch/given.js';
import {
  type FlagMeanings,
  type Interpreted,
  interpreted,
  nothingSaid,
  sayStrayWords,
} from '../launch/interpret.js';
import type { LaunchReading } from '../launch/reading.js';
import { llamacppArguments } from './arguments.js';
import { LLAMACPP_FLAG_RELEASES, LLAMACPP_FLAGS } from './flags.js';
import { LLAMACPP_MEMORY_FLAGS, LLAMACPP_REPEATED } from './memory-flags.js';
import { LLAMACPP_SETTINGS } from './settings.js';

/** Every flag of llama.cpp's programs, over its builds. */
export const LLAMACPP_FLAG_TABLE = flagTable(LLAMACPP_FLAG_RELEASES, LLAMACPP_FLAGS);

const COUNTED = countedKeys(LLAMACPP_SETTINGS);

export const LLAMACPP_MEANINGS: FlagMeanings = {
  memory: LLAMACPP_MEMORY_FLAGS,
  counted: new Set([...COUNTED, 'ctxSize', 'parallel', 'device', 'tensorSplit', 'splitMode']),
  suffixes: {},
  repeated: LLAMACPP_REPEATED,
};

const IMAGE = /\bllama\.cpp[\w./-]*:[\w-]*?(b\d{3,6})\b/;

const MEMORY_VARIABLES = new Set(['GGML_CUDA_ENABLE_UNIFIED_MEMORY', 'GGML_CUDA_NO_VMM', 'LLAMA_SET_ROWS']);

const GIVE_MODEL = '-m FILE.gguf or -hf REPO';

/**
 * What a `llama-server` or `llama-cli` command says, its LLAMA_ARG_* variables first, which its flags override.
 *
 * Source: ggml-org/llama.cpp b11434, `common/arg.cpp` (`common_params_parse_ex`).
 *
 * @throws InputError for what its parser would not take either: a flag without its value, a number that is none.
 */
export function readLlamacpp(command: LaunchCommand): LaunchReading {
  const release = releaseOfTag(command.image, IMAGE);
  const said = nothingSaid(command.notes, release);
  const place = placeOf(LLAMACPP_FLAG_TABLE, release);
  const { given, positionals } = llamacppArguments(command.argv, LLAMACPP_FLAG_TABLE, place);
  const variables = givenByVariables(command);
  interpreted([...variables, ...given], LLAMACPP_MEANINGS, said);
  readEnvironment(command, MEMORY_VARIABLES, new Set(variables.map(({ written }) => written)), said);
  sayStrayWords(positionals, said);
  for (const { note, isRemoved, flag, values } of given) {
    const isBare =
      flag?.kind === 'toggle' && values.length === 0 && LLAMACPP_MEMORY_FLAGS.has(flag.names[0] ?? '');
    if (note !== undefined && isRemoved !== true && isBare) {
      said.notes.push(note);
    }
  }
  saySlots(said);
  sayDevices(command, said);
  return finished(command, 'llama.cpp', COUNTED, GIVE_MODEL, said);
}

/** Flags that variables of the environment set: `LLAMA_ARG_CTX_SIZE=8192`, `LLAMA_ARG_NO_MMAP=1`. */
function givenByVariables({ env }: LaunchCommand): readonly Given[] {
  const found: Given[] = [];
  for (const flag of LLAMACPP_FLAG_TABLE.flags) {
    const { variable } = flag;
    if (variable === undefined) {
      continue;
    }
    if (Object.hasOwn(env, variable)) {
      const word = env[variable] as LaunchWord;
      if (flag.kind !== 'none') {
        found.push({ written: variable, flag, isNegated: false, values: [word] });
      } else if (flag.negations.length > 0 || isTruthy(word)) {
        found.push({ written: variable, flag, isNegated: !isTruthy(word), values: [] });
      }
    }
    const opposite = variable.replace(/^LLAMA_ARG_/, 'LLAMA_ARG_NO_');
    if (flag.negations.length > 0 && Object.hasOwn(env, opposite)) {
      found.push({ written: opposite, flag, isNegated: true, values: [] });
    }
  }
  return found;
}

function isTruthy({ text }: LaunchWord): boolean {
  return ['on', 'enabled', 'true', '1'].includes(text);
}

/** `--ctx-size` counts the cells of all slots: each of `--parallel` N has an Nth of them. */
function saySlots(said: Interpreted): void {
  const { ctxSize, parallel } = said.settings;
  const slots = typeof parallel === 'number' && parallel > 0 ? parallel : 1;
  if (typeof parallel === 'number' && (!Number.isInteger(parallel) || parallel === 0 || parallel < -1)) {
    throw new InputError(
      `--parallel is ${shown(String(parallel))}; it must be a positive integer, or -1 for as many as llama.cpp chooses.`,
    );
  }
  if (typeof ctxSize === 'number' && ctxSize < 0) {
    throw new InputError(
      `--ctx-size is ${ctxSize}; it must be a number of tokens, or 0 for the model's own length.`,
    );
  }
  if (typeof parallel === 'number' && parallel > 0) {
    said.load.numSequences = parallel;
  }
  if (typeof ctxSize === 'number' && ctxSize >= slots) {
    said.load.contextLength = Math.floor(ctxSize / slots);
  }
}

/**
 * Layers are split over all devices that there are, unless `--split-mode` says otherwise.
 *
 * Source: ggml-org/llama.cpp b11434, `common/arg.cpp` (`--split-mode`, `--device`, `--tensor-split`).
 */
function sayDevices(command: LaunchCommand, said: Interpreted): void {
  const { splitMode = 'layer', device, tensorSplit } = said.settings;
  if (splitMode !== 'layer') {
    return;
  }
  const [visible] = visibleDevices(command);
  const parts =
    typeof device === 'string' ? device : typeof tensorSplit === 'string' ? tensorSplit : undefined;
  const count = parts?.split(/[,/;]/).length ?? visible?.count;
  if (count !== undefined && (count > 1 || visible !== undefined)) {
    said.parallelism.pipelineParallel = count;
  }
}
