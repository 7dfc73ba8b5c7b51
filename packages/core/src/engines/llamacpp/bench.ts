import { InputError } from '../../text/errors.js';
import { nearest } from '../../text/nearest.js';
import type { LaunchCommand, LaunchWord } from '../launch/command.js';
import { countedKeys } from '../launch/counted.js';
import { readEnvironment } from '../launch/environment.js';
import { finished } from '../launch/finish.js';
import { flagTable } from '../launch/flag-table.js';
import type { Given } from '../launch/given.js';
import { interpreted, nothingSaid, strayWord } from '../launch/interpret.js';
import type { LaunchReading } from '../launch/reading.js';
import { LLAMACPP_MEANINGS } from './launch.js';
import { LLAMACPP_SETTINGS } from './settings.js';

/**
 * The flags of `llama-bench`, which has a parser of its own: each takes values apart by commas, of which all are run.
 *
 * Source: ggml-org/llama.cpp b11434, `tools/llama-bench/llama-bench.cpp` (`parse_cmd_params`).
 */
const TABLE = flagTable(
  'b11434',
  `
--model,-m string
--hf-repo,-hf,-hfr string
--hf-file,-hff string
--hf-token,-hft string
--n-prompt,-p string
--n-gen,-n string
-pg string
--n-depth,-d string
--batch-size,-b string
--ubatch-size,-ub string
--cache-type-k,-ctk string
--cache-type-v,-ctv string
--threads,-t string
--cpu-mask,-C string
--cpu-strict string
--poll string
--gpu-layers,--n-gpu-layers,-ngl string
--n-cpu-moe,-ncmoe string
--split-mode,-sm string
--main-gpu,-mg string
--no-kv-offload,-nkvo string
--flash-attn,-fa string
--device,-dev string
--mmap,-mmp string
--load-mode,-lm string
--direct-io,-dio string
--embeddings,-embd string
--tensor-split,-ts string
--override-tensor,-ot string
--no-op-offload,-nopo string
--no-host string
--numa string
--repetitions,-r string
--prio string
--delay string
--output,-o string
--output-err,-oe string
--verbose,-v none
--progress none
--no-warmup none
--list-devices none
--rpc string
--fit-target,-fitt string
--fit-ctx,-fitc string
`,
);

/**
 * What a `llama-bench` command says: its longest test needs prompt, answer and depth together.
 *
 * @throws InputError for a flag without its value and for numbers that are none.
 */
export function readLlamaBench(command: LaunchCommand): LaunchReading {
  const said = nothingSaid(command.notes);
  const given: Given[] = [];
  const lengths: Record<string, number> = { '--n-prompt': 512, '--n-gen': 128, '--n-depth': 0, '-pg': 0 };
  const { argv } = command;
  for (let at = 0; at < argv.length; ) {
    const word = argv[at] as LaunchWord;
    at += 1;
    const found = TABLE.byName.get(word.text.startsWith('--') ? word.text.replaceAll('_', '-') : word.text);
    if (found === undefined) {
      if (!word.text.startsWith('-')) {
        said.words.push(strayWord(word));
        continue;
      }
      const guess = nearest(word.text, [...TABLE.byName.keys()]);
      const note = `${word.text} is no flag of llama-bench${guess === undefined ? '.' : `; did you mean ${guess}?`}`;
      given.push({ written: word.text, isNegated: false, values: [], note });
      continue;
    }
    const value = argv[at];
    const takes = found.flag.kind === 'none' ? 0 : 1;
    if (takes === 1 && value === undefined) {
      throw new InputError(`${word.text} has no value; give one after it.`);
    }
    at += takes;
    const values = takes === 1 && value !== undefined ? [lastOf(value)] : [];
    const name = found.flag.names[0] ?? '';
    if (Object.hasOwn(lengths, name) && value !== undefined && value.unknown === undefined) {
      lengths[name] = longest(value.text, word.text, name === '-pg');
    }
    given.push({ written: word.text, ...found, values });
  }
  interpreted(given, LLAMACPP_MEANINGS, said);
  readEnvironment(command, new Set(), new Set(), said);
  for (const key of ['batchSize', 'ubatchSize'] as const) {
    const text = said.settings[key];
    if (typeof text === 'string') {
      said.settings[key] = longest(text, `--${key === 'batchSize' ? 'batch' : 'ubatch'}-size`, false);
    }
  }
  const {
    '--n-prompt': prompt = 0,
    '--n-gen': answer = 0,
    '--n-depth': depth = 0,
    '-pg': both = 0,
  } = lengths;
  said.load.contextLength = Math.max(1, depth + Math.max(prompt, answer, both));
  said.load.numSequences = 1;
  return finished(command, 'llama.cpp', countedKeys(LLAMACPP_SETTINGS), '-m FILE.gguf', said);
}

/** Of several values the last one is taken; the lengths are the longest. */
function lastOf(word: LaunchWord): LaunchWord {
  return { ...word, text: word.text.split(',').at(-1) ?? '' };
}

/** The largest of `512,1024` or `0-4096+1024`; of a pair `512,128` the sum. */
function longest(text: string, flag: string, isPair: boolean): number {
  const numbers = text.split(/[,\-+*]/).map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  if (numbers.some((value) => !Number.isSafeInteger(value))) {
    throw new InputError(`${flag} is "${text.slice(0, 60)}"; it must be integers such as 512 or 512,4096.`);
  }
  return isPair ? numbers.reduce((sum, value) => sum + value, 0) : Math.max(...numbers);
}
