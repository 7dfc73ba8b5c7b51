import { argparse } from '../launch/argparse.js';
import type { LaunchCommand } from '../launch/command.js';
import { countedKeys, releaseOfTag } from '../launch/counted.js';
import { readEnvironment } from '../launch/environment.js';
import { finished } from '../launch/finish.js';
import { flagTable, placeOf } from '../launch/flag-table.js';
import { flagGuess } from '../launch/guess.js';
import {
  type Interpreted,
  interpreted,
  nothingSaid,
  sayConfigFile,
  sayStrayWords,
} from '../launch/interpret.js';
import { SGLANG_HUMAN } from '../launch/numbers.js';
import type { LaunchReading } from '../launch/reading.js';
import { SGLANG_FLAG_RELEASES, SGLANG_FLAGS } from './flags.js';
import { SGLANG_MEMORY_FLAGS } from './memory-flags.js';
import { SGLANG_SETTINGS } from './settings.js';

/** Every flag of `sglang serve`, over its releases. */
export const SGLANG_FLAG_TABLE = flagTable(SGLANG_FLAG_RELEASES, SGLANG_FLAGS);

/** Variables that change the size of the cache: sgl-project/sglang v0.5.23, `python/sglang/srt/environ.py`. */
const MEMORY_VARIABLES = new Set([
  ...[
    'SGLANG_MAMBA_CONV_DTYPE',
    'SGLANG_MAMBA_SSM_DTYPE',
    'SGLANG_ENABLE_SPEC_V2',
    'SGLANG_EXPERT_LOCATION_UPDATER_CANARY',
  ],
  ...['SGLANG_NUM_RESERVED_DECODE_TOKENS', 'SGLANG_VLM_CACHE_SIZE_MB', 'PYTORCH_CUDA_ALLOC_CONF'],
]);

const IMAGE = /\bsglang[\w.-]*:v?(\d+\.\d+\.\d+(?:\.post\d+)?)/;

/**
 * What a `sglang serve` or `python -m sglang.launch_server` command says.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/server_args.py` (`add_cli_args`, `prepare_server_args`).
 *
 * @throws InputError for what its parser would not take either: an ambiguous prefix, a flag without its value.
 */
export function readSglang(command: LaunchCommand): LaunchReading {
  const release = releaseOfTag(command.image, IMAGE);
  const said = nothingSaid(command.notes, release);
  const place = placeOf(SGLANG_FLAG_TABLE, release);
  const { given, positionals } = argparse(command.argv, {
    table: SGLANG_FLAG_TABLE,
    place,
    guess: flagGuess(SGLANG_FLAG_TABLE, place),
    areUnderscoresHyphens: false,
    hasDottedKeys: false,
  });
  const counted = countedKeys(SGLANG_SETTINGS);
  const known = new Set([...counted, ...Object.values(RENAMED), 'attnDpSize', 'nnodes', 'nodeRank']);
  interpreted(given, { memory: SGLANG_MEMORY_FLAGS, counted: known, suffixes: SGLANG_HUMAN }, said);
  readEnvironment(command, MEMORY_VARIABLES, new Set(), said);
  sayStrayWords(positionals, said);
  sayRenamed(said);
  sayAttentionGroups(said);
  sayNodes(said);
  sayConfigFile(given, said);
  return finished(command, 'sglang', counted, '--model-path', said);
}

/** Settings that newer releases have under another flag: it, by the key that the rules know. */
export const RENAMED = { cudaGraphMaxBs: 'cudaGraphMaxBsDecode' } as const;

function sayRenamed(said: Interpreted): void {
  for (const [key, newer] of Object.entries(RENAMED)) {
    const value = said.settings[newer];
    if (value !== undefined) {
      said.settings[key] = value;
    }
  }
}

/** `--attn-dp-size N` is `--dp-size N --enable-dp-attention`, which it replaces. */
function sayAttentionGroups(said: Interpreted): void {
  const groups = said.settings.attnDpSize;
  if (typeof groups === 'number' && groups > 1) {
    said.parallelism.dataParallel = groups;
    said.settings.enableDpAttention = true;
  }
}

function sayNodes(said: Interpreted): void {
  const { nnodes } = said.settings;
  if (typeof nnodes === 'number' && nnodes > 1) {
    said.notes.push(`This starts one node of ${nnodes}; devices are those of all nodes together.`);
  }
}
