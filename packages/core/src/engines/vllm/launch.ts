import { argparse } from '../launch/argparse.js';
import type { LaunchCommand, LaunchWord } from '../launch/command.js';
import { countedKeys, releaseOfTag } from '../launch/counted.js';
import { readEnvironment, variableWord } from '../launch/environment.js';
import { finished } from '../launch/finish.js';
import { flagTable, isThere, placeOf } from '../launch/flag-table.js';
import { flagGuess } from '../launch/guess.js';
import {
  asked,
  type Interpreted,
  interpreted,
  nothingSaid,
  sayConfigFile,
  sayStrayWords,
} from '../launch/interpret.js';
import { modelRef } from '../launch/model-ref.js';
import { VLLM_HUMAN } from '../launch/numbers.js';
import type { LaunchReading } from '../launch/reading.js';
import { isSecretValue } from '../launch/secrets.js';
import { VLLM_FLAG_RELEASES, VLLM_FLAGS } from './flags.js';
import { VLLM_MEMORY_FLAGS } from './memory-flags.js';
import { VLLM_SETTINGS } from './settings.js';

/** Every flag of `vllm serve`, over its releases. */
export const VLLM_FLAG_TABLE = flagTable(VLLM_FLAG_RELEASES, VLLM_FLAGS);

/** Variables that change the layout or the size of the cache: vllm-project/vllm v0.33.0, `vllm/envs.py`. */
const MEMORY_VARIABLES = new Set([
  ...['VLLM_ATTENTION_BACKEND', 'VLLM_KV_CACHE_LAYOUT', 'VLLM_CPU_KVCACHE_SPACE', 'VLLM_USE_V1'],
  ...['VLLM_V1_USE_PREFILL_DECODE_ATTENTION', 'VLLM_USE_MODELSCOPE', 'VLLM_MLA_DISABLE'],
  ...['VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS', 'VLLM_ALLREDUCE_USE_SYMM_MEM', 'PYTORCH_CUDA_ALLOC_CONF'],
]);

/** What each pipeline stage has of the layers: a setting that has no flag. */
export const LAYER_PARTITION = 'VLLM_PP_LAYER_PARTITION';

const IMAGE = /\bvllm[\w.-]*:v?(\d+\.\d+\.\d+(?:\.post\d+)?)/;

/**
 * What a `vllm serve` command says.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/utils/argparse_utils.py` (`FlexibleArgumentParser.parse_args`),
 * `vllm/entrypoints/cli/serve.py`.
 *
 * @throws InputError for what its parser would not take either: a flag without its value, a number that is none.
 */
export function readVllm(command: LaunchCommand): LaunchReading {
  const release = releaseOfTag(command.image, IMAGE);
  const said = nothingSaid(command.notes, release);
  const place = placeOf(VLLM_FLAG_TABLE, release);
  const { given, positionals } = argparse(withOptimizationLevel(command.argv, place), {
    table: VLLM_FLAG_TABLE,
    place,
    guess: flagGuess(VLLM_FLAG_TABLE, place),
    areUnderscoresHyphens: true,
    hasDottedKeys: true,
  });
  const counted = countedKeys(VLLM_SETTINGS);
  const known = new Set([
    ...counted,
    'speculativeConfig',
    'specTokens',
    'dataParallelSizeLocal',
    'nnodes',
    'headless',
  ]);
  interpreted(given, { memory: VLLM_MEMORY_FLAGS, counted: known, suffixes: VLLM_HUMAN }, said);
  readEnvironment(command, MEMORY_VARIABLES, new Set([LAYER_PARTITION]), said);
  sayPartition(command, said);
  const namesModel = said.model === undefined;
  const model = namesModel ? positionals[0] : undefined;
  if (model !== undefined) {
    said.model = modelRef(model, 'the model, after vllm serve');
    said.words.unshift(
      isSecretValue(model.text)
        ? { flag: 'the model', secret: true, is: 'modelled' }
        : { flag: model.text, is: 'modelled' },
    );
  }
  sayStrayWords(namesModel ? positionals.slice(1) : positionals, said);
  saySpeculation(said);
  sayNodes(said);
  sayConfigFile(given, said);
  return finished(command, 'vllm', counted, 'the model, after vllm serve', said);
}

/**
 * `-O3`, `-O=3` and `-O 3` are `--optimization-level 3` in releases that have it; before, they said the level of
 * `--compilation-config`.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/utils/argparse_utils.py` (`FlexibleArgumentParser.parse_args`).
 */
function withOptimizationLevel(argv: readonly LaunchWord[], place: number): readonly LaunchWord[] {
  const name = '--optimization-level';
  const found = VLLM_FLAG_TABLE.byName.get(name);
  if (found === undefined || !isThere(found.flag, place)) {
    return argv;
  }
  return argv.flatMap((word, index) => {
    const { text } = word;
    const level = /^-O=?([^=].*)$/s.exec(text)?.[1];
    const isBare = text === '-O' && /^[0-3]$/.test(argv[index + 1]?.text ?? '');
    return level !== undefined
      ? [
          { ...word, text: name },
          { ...word, text: level },
        ]
      : [isBare ? { ...word, text: name } : word];
  });
}

/** `--speculative-config`: how many tokens are proposed, and which model proposes them. */
function saySpeculation(said: Interpreted): void {
  const config = said.json.speculativeConfig;
  const tokens = said.settings.specTokens;
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
    const fields = config as Readonly<Record<string, unknown>>;
    if (typeof fields.num_speculative_tokens === 'number') {
      said.settings.numSpeculativeTokens = fields.num_speculative_tokens;
    }
    sayMethod(fields.method ?? said.settings.specMethod, said);
    if (typeof fields.model === 'string') {
      const unknown = /\$/.test(fields.model) ? { unknown: [fields.model] } : {};
      said.draft = modelRef({ text: fields.model, ...unknown }, '"model" of --speculative-config');
    }
  } else if (typeof tokens === 'number') {
    said.settings.numSpeculativeTokens = tokens;
    sayMethod(said.settings.specMethod, said);
  }
}

function sayPartition({ env }: LaunchCommand, said: Interpreted): void {
  const word = Object.hasOwn(env, LAYER_PARTITION) ? env[LAYER_PARTITION] : undefined;
  if (word === undefined) {
    return;
  }
  said.words.push(variableWord(LAYER_PARTITION, word.text, 'modelled'));
  if (word.unknown === undefined) {
    said.settings.ppLayerPartition = word.text;
  } else {
    said.missing.push({ ...asked(LAYER_PARTITION, [word]), give: 'its value' });
  }
}

/** Names that 0.33 still takes for `mtp`: `glm4_moe_mtp`, `qwen3_next_mtp`. */
function sayMethod(method: unknown, said: Interpreted): void {
  if (typeof method === 'string') {
    said.settings.specMethod = method.endsWith('_mtp') ? 'mtp' : method;
  }
}

/** One node of several: the others are as many again. */
function sayNodes(said: Interpreted): void {
  const { nnodes, dataParallelSizeLocal } = said.settings;
  const replicas = said.parallelism.dataParallel;
  if (typeof nnodes === 'number' && nnodes > 1) {
    said.notes.push(`This starts one node of ${nnodes}; devices are those of all nodes together.`);
  } else if (
    typeof dataParallelSizeLocal === 'number' &&
    replicas !== undefined &&
    dataParallelSizeLocal < replicas
  ) {
    said.notes.push(
      `This node runs ${dataParallelSizeLocal} of ${replicas} replicas; devices are those of all nodes together.`,
    );
  } else if (said.settings.headless === true || said.settings.dataParallelRank !== undefined) {
    said.notes.push('This is one node of several; devices are those of all nodes together.');
  }
}
