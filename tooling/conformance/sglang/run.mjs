import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memoriesOf, modelFromConfig } from '@kv/core';
import { AVAILABLE_BYTES, casesFor } from './cases.mjs';
import { questionOf } from './question.mjs';
import { unpackSource } from './source.mjs';

const VERSION = '0.5.23';
const GOLDEN = fileURLToPath(new URL('../../../packages/core/test/golden/sglang.json', import.meta.url));
const POOLS = fileURLToPath(new URL('pools.py', import.meta.url));
const CONFIGS = JSON.parse(readFileSync(new URL('models.json', import.meta.url), 'utf8'));

const cases = Object.entries(CONFIGS).flatMap(([id, config]) => {
  const model = modelFromConfig(config, { id, source: 'golden' });
  return casesFor(model)
    .map((one) => ({ model, config, ...one }))
    .filter(isPossible);
});

const source = await unpackSource(VERSION);
const answers = JSON.parse(
  execFileSync('python3', [POOLS, source], {
    input: JSON.stringify(cases.map((one) => questionOf(one, AVAILABLE_BYTES))),
    maxBuffer: 2 ** 28,
    stdio: ['pipe', 'pipe', 2],
  }),
);
rmSync(source, { recursive: true });
const results = cases.map(({ model, workload, settings }, index) => ({
  model: model.id,
  workload,
  settings,
  log: answers[index],
}));

writeFileSync(
  GOLDEN,
  `${format({
    engine: 'sglang',
    version: VERSION,
    generator: 'tooling/conformance/sglang/run.mjs',
    availableBytes: AVAILABLE_BYTES,
    models: Object.fromEntries(Object.entries(CONFIGS).map(([id, config]) => [id, { config }])),
    refused: results
      .filter(({ log }) => log.error !== undefined)
      .map(({ log, ...one }) => ({ ...one, error: log.error })),
    cases: results
      .filter(({ log }) => log.error === undefined)
      .map(({ log, ...one }) => ({ ...one, engineBytes: bytesOf(log, one.workload), log })),
  })}\n`,
);
console.error(`${cases.length} cases of ${Object.keys(CONFIGS).length} models`);

/** Heads, channels and layers that devices divide, and dtypes that a model's pools have. */
function isPossible({ model, workload, settings }) {
  const { tensorParallel = 1, pipelineParallel = 1, keyDtype = 'bf16' } = workload;
  const divides = (size) => Math.max(size, tensorParallel) % Math.min(size, tensorParallel) === 0;
  const memories = model.layers.flatMap(memoriesOf);
  const isSparse = memories.some(({ kind, indexer }) => kind === 'latent' && indexer !== undefined);
  const isCompressed = memories.some(({ kind }) => kind === 'compressed');
  const isLatent = memories.some(({ kind }) => kind === 'latent');
  const slides = memories.some(({ kind }) => kind === 'sliding' || kind === 'chunked');
  const rowSizes = new Set(
    memories
      .filter(({ numKeyValueHeads }) => numKeyValueHeads !== undefined)
      .map(({ numKeyValueHeads, keyHeadDim }) => `${numKeyValueHeads} x ${keyHeadDim}`),
  );
  const hasStates = memories.some(({ kind }) => kind === 'recurrent');
  const hasDtype =
    (!isCompressed || keyDtype === 'fp8_e4m3') &&
    (!isSparse || ['bf16', 'fp8_e4m3'].includes(keyDtype)) &&
    (!isLatent || (keyDtype !== 'mxfp8' && (keyDtype !== 'nvfp4' || !hasStates))) &&
    (!slides || keyDtype !== 'nvfp4') &&
    (!memories.some(({ kind, indexer }) => kind === 'full' && indexer !== undefined) ||
      !['mxfp8', 'nvfp4'].includes(keyDtype));
  return (
    hasDtype &&
    !(settings.pageSize !== undefined && isCompressed) &&
    !(settings.disableHybridSwaMemory === true && rowSizes.size > 1) &&
    pipelineParallel <= model.numHiddenLayers &&
    (model.numAttentionHeads ?? tensorParallel) % tensorParallel === 0 &&
    memories.every((memory) => {
      if (memory.kind === 'recurrent') {
        const sizes = [memory.convolution?.channels, memory.state?.shape[0]];
        return sizes.every((size) => size === undefined || size % tensorParallel === 0);
      }
      return memory.numKeyValueHeads === undefined || divides(memory.numKeyValueHeads);
    })
  );
}

/** Memory of all buffers, on all devices. */
function bytesOf({ pools }, { tensorParallel = 1 }) {
  return tensorParallel * pools.reduce((total, { bytes }) => total + bytes, 0);
}

/** JSON with a line for each model and case. */
function format({ models: known, cases: all, ...head }) {
  const lines = (items) => items.map((item) => `    ${item}`).join(',\n');
  const entries = Object.entries(known).map(
    ([id, model]) => `${JSON.stringify(id)}: ${JSON.stringify(model)}`,
  );
  const start = Object.entries(head).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  return `{\n${start.join(',\n')},\n  "models": {\n${lines(entries)}\n  },\n  "cases": [\n${lines(all.map((one) => JSON.stringify(one)))}\n  ]\n}`;
}
