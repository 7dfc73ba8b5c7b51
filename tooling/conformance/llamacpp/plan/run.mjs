import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { computeBuffers, modelFromGguf, placementOf } from '@kv/core';
import { blobSource, readGguf } from '@kv/gguf';
import { integer, oneOf, randomNumbers } from '../../random.mjs';
import { install } from '../install.mjs';
import { ASKED, PLACEMENTS, randomCase, randomPlacement } from './cases.mjs';
import { OTHERS, PLANNED, questionOf } from './models.mjs';

const GOLDEN = fileURLToPath(
  new URL('../../../../packages/core/test/golden/llamacpp-buffers.json', import.meta.url),
);

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { random: { type: 'string' }, seed: { type: 'string', default: '1' } },
});

install();
const { askPlan } = await import('./asked.mjs');
const { VERSION } = await import('../library.mjs');
const chosen = PLANNED.filter(({ id }) => words.length === 0 || words.some((word) => id.includes(word)));
const folder = mkdtempSync(join(tmpdir(), 'kv-llamacpp-plan-'));
try {
  const failed = values.random === undefined ? await writeGolden() : await askAtRandom(Number(values.random));
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Asks about each model in each placement and writes down what the engine plans; the number of questions that failed. */
async function writeGolden() {
  const models = {};
  const cases = [];
  let failed = 0;
  for (const planned of [...chosen, ...OTHERS]) {
    const question = questionOf(planned);
    for (const placement of planned.question === undefined ? PLACEMENTS : PLACEMENTS.slice(0, 1)) {
      try {
        const answers = await askPlan(question, placement, ASKED, folder);
        const { metadata, tensors } = await file();
        models[planned.id] ??= { metadata, tensors: packed(tensors.map(({ name }) => name)) };
        answers.forEach(({ buffers, output }, index) => {
          if (buffers === undefined) {
            console.error(`${planned.id}: refused ${JSON.stringify(ASKED[index])}`);
            return;
          }
          cases.push({
            model: planned.id,
            ...placement,
            ...ASKED[index],
            ...figuresOf(buffers, placement.devices.length),
            output,
          });
        });
      } catch (error) {
        failed += 1;
        console.error(`${planned.id} ${JSON.stringify(placement.flags)}: ${error.message.slice(-200)}`);
      }
    }
    console.error(planned.id);
  }
  const head = {
    engine: 'llama.cpp',
    version: VERSION,
    generator: 'tooling/conformance/llamacpp/plan/run.mjs',
  };
  const lines = (items) => items.map((item) => `    ${item}`).join(',\n');
  const entries = Object.entries(models).map(
    ([id, model]) => `${JSON.stringify(id)}: ${JSON.stringify(model)}`,
  );
  writeFileSync(
    GOLDEN,
    `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "models": {\n${lines(entries)}\n  },\n  "cases": [\n${lines(cases.map((one) => JSON.stringify(one)))}\n  ]\n}\n`,
  );
  return failed;
}

/** Asks about models of other sizes, contexts and placements that the seed picks; the number that `kv` has otherwise. */
async function askAtRandom(count) {
  const random = randomNumbers(Number(values.seed));
  let asked = 0;
  let different = 0;
  let refused = 0;
  while (asked < count) {
    const planned = resized(random, oneOf(random, chosen));
    const placement = randomPlacement(random, planned.layers);
    const headDim = planned.metadata['attention.key_length'];
    const cases = Array.from({ length: 4 }, () => randomCase(random, headDim % 32 === 0));
    asked += cases.length;
    try {
      const answers = await askPlan(questionOf(planned), placement, cases, folder);
      const { metadata, tensors } = await file();
      const model = modelFromGguf(metadata, [], { id: planned.id, source: 'a GGUF file without weights' });
      const made = placementOf(model.numHiddenLayers, placement.flags, placement.devices);
      cases.forEach((one, index) => {
        const { buffers } = answers[index];
        if (buffers === undefined) {
          refused += 1;
          return;
        }
        const theirs = figuresOf(buffers, placement.devices.length).compute;
        const workload = {
          ...one.workload,
          tensorParallel: 1,
          pipelineParallel: 1,
          contextParallel: 1,
          dataParallel: 1,
        };
        const options = { isServer: one.isServer, isPlan: true, placement: made, tensors };
        const ours = computeBuffers(model, workload, one.settings, options)?.bytes;
        if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
          different += 1;
          const { layers, metadata: sizes } = planned;
          console.log(
            `${planned.id} ${JSON.stringify({ layers, ...sizes, ...placement, ...one })}: kv ${ours}, llama.cpp ${theirs}`,
          );
        }
      });
    } catch (error) {
      refused += cases.length;
      console.error(`${planned.id}: ${error.message.slice(-200)}`);
    }
  }
  console.log(`${asked} contexts asked, seed ${values.seed}: ${refused} refused, ${different} differ`);
  return different;
}

/**
 * The model with other numbers of layers, tokens and experts and other widths, and where heads are plain with other heads.
 */
function resized(random, { metadata, layers, ...rest }) {
  const changed = { ...metadata };
  const shared = metadata['attention.shared_kv_layers'] ?? 0;
  const interval = metadata.full_attention_interval ?? 1;
  const count =
    shared > 0 || layers < 12
      ? layers
      : interval * integer(random, Math.ceil(2 / interval), layers / interval);
  const isPlain = ['attention.kv_lora_rank', 'ssm.inner_size', 'attention.key_length_swa'].every(
    (key) => metadata[key] === undefined,
  );
  if (isPlain) {
    const [heads, headDim] = [metadata['attention.head_count'], metadata['attention.key_length']];
    const keyValueHeads = integer(random, 1, 8);
    changed['attention.head_count'] = keyValueHeads * integer(random, 1, 8);
    changed['attention.head_count_kv'] =
      heads === metadata['attention.head_count_kv'] ? changed['attention.head_count'] : keyValueHeads;
    // Some architectures take queries to be as wide as the rest.
    changed.embedding_length =
      heads * headDim === metadata.embedding_length
        ? changed['attention.head_count'] * headDim
        : 64 * integer(random, 4, 96);
  }
  changed.feed_forward_length = 32 * integer(random, 8, 600);
  changed.vocab_size = integer(random, 300, 260000);
  if (metadata.expert_count !== undefined) {
    changed.expert_count = oneOf(random, [8, 16, 32, 64, 128, 160, 256]);
    changed.expert_used_count = integer(random, 1, Math.min(changed.expert_count, 16));
    if (metadata.expert_feed_forward_length !== undefined) {
      const isSame = metadata.expert_feed_forward_length === metadata.feed_forward_length;
      changed.expert_feed_forward_length = 32 * integer(random, 4, 80);
      // Some architectures read one, some the other.
      if (isSame) changed.feed_forward_length = changed.expert_feed_forward_length;
    }
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (Array.isArray(value) && value.length === layers) changed[key] = value.slice(0, count);
  }
  return { ...rest, layers: count, metadata: changed };
}

/** The file that the engine was given, as kv reads it. */
function file() {
  return readGguf(join(folder, 'model.gguf'), (name) => blobSource(new Blob([readFileSync(name)]), name));
}

/** Bytes on each device and on the host, whose buffers have several names. */
function figuresOf(buffers, devices) {
  const of = (what) => [
    ...Array.from(
      { length: devices },
      (_, device) => buffers.find(({ name }) => name === `CUDA${device}`)?.[what] ?? 0,
    ),
    buffers.filter(({ isHost }) => isHost).reduce((sum, buffer) => sum + buffer[what], 0),
  ];
  return { weights: of('model'), cache: of('cache'), compute: of('compute') };
}

/** Names of a file's tensors, those of equal blocks in a row once. */
function packed(names) {
  const own = names.filter((name) => !name.startsWith('blk.'));
  const blocks = [];
  for (const name of names) {
    const [, index, rest] = /^blk\.(\d+)\.(.*)$/.exec(name) ?? [];
    if (index === undefined) continue;
    blocks[Number(index)] ??= [];
    blocks[Number(index)].push(rest);
  }
  const runs = [];
  for (const block of blocks) {
    const sorted = [...block].sort();
    if (JSON.stringify(runs.at(-1)?.names) === JSON.stringify(sorted)) runs.at(-1).count += 1;
    else runs.push({ count: 1, names: sorted });
  }
  return { own, blocks: runs };
}
