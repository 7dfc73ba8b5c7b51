import { openSync, writeSync } from 'node:fs';
import { argv, exit } from 'node:process';
import { reviveFloats, writeGguf } from './gguf.mjs';
import { breakdownOf, loadLibrary } from './library.mjs';

/**
 * Runs in a process of its own, since the engine may abort: makes one model from metadata and each context that is asked
 * for. Its argument is JSON: `{ path, answers, metadata, kinds, optional, tensors, contexts }`: where the GGUF file and the answers
 * are written, the key-value pairs of the file, a word for each block that is equal for equal blocks, tensors that the
 * engine does not name though it needs them, the names of all where they are known already, and the contexts as `llama_context_params`;
 * and where devices are planned for, `plan`: the libraries of `plan/native.mjs` and the model as `llama_model_params`.
 *
 * The engine sizes its caches, and logs that, before it plans the computation, which it may not survive without weights.
 * So everything is told at once, as a line of JSON: `{ tensors }` when the model is there, `{ context }` before the
 * context of that index, `{ log }` for each line that the engine logs meanwhile, `{ buffers }` of a planned one, `{ made }` after it, `{ error }`.
 */
const {
  path,
  answers,
  metadata,
  kinds,
  optional,
  tensors: known,
  contexts,
  plan,
} = JSON.parse(argv[2], reviveFloats);
const file = openSync(answers, 'w');
const tell = (message) => writeSync(file, `${JSON.stringify(message)}\n`);

let lines = [];
let making = false;
const engine = loadLibrary((log) => {
  if (making) tell({ log });
  else lines.push(log);
}, plan?.backend);
const tellBuffers = plan && ((context) => tell({ buffers: breakdownOf(plan.breakdown, context) }));

try {
  const { model, tensors } = known === undefined ? (discover(true) ?? discover(false)) : modelWith(known);
  tell({ tensors });
  making = true;
  contexts.forEach((params, context) => {
    tell({ context });
    tell({ made: engine.tryContext(model, params, tellBuffers) });
  });
} catch (error) {
  tell({ error: String(error?.message ?? error) });
}
// The engine's own threads and handles need not be waited for.
exit(0);

function modelWith(tensors) {
  writeGguf(path, metadata, tensors);
  lines = [];
  return { model: engine.modelOf(path, plan?.model), tensors };
}

/**
 * The model and the names of its tensors: the engine names one that it misses, which is added until it misses none.
 *
 * @param alike whether blocks of one kind are taken to have the same tensors, which saves most attempts; undefined where
 *   that turns out to be wrong.
 */
function discover(alike) {
  const tensors = new Set(optional);
  const done = new Set();
  for (;;) {
    const { model } = modelWith([...tensors]);
    if (model !== null) return { model, tensors: [...tensors] };
    const message = lines.join('\n');
    const missing = /missing tensor '([^']+)'/.exec(message)?.[1];
    if (missing === undefined || tensors.has(missing)) {
      if (alike) return undefined;
      throw new Error(`The engine does not make the model: ${lines.slice(-6).join(' | ')}`);
    }
    tensors.add(missing);
    const block = blockOf(missing);
    if (alike && block !== undefined && !done.has(block)) {
      done.add(block);
      const twin = [...done].find((one) => one !== block && kinds[one] === kinds[block]);
      if (twin !== undefined) {
        copyBlock(tensors, twin);
        kinds.forEach((kind, index) => {
          if (kind === kinds[block]) done.add(index);
        });
      }
    }
  }
}

function copyBlock(tensors, from) {
  const suffixes = [...tensors]
    .filter((name) => blockOf(name) === from)
    .map((name) => name.replace(/^blk\.\d+\./, ''));
  kinds.forEach((kind, index) => {
    if (kind === kinds[from]) {
      for (const suffix of suffixes) tensors.add(`blk.${index}.${suffix}`);
    }
  });
}

function blockOf(name) {
  const [, index] = /^blk\.(\d+)\./.exec(name) ?? [];
  return index === undefined ? undefined : Number(index);
}
