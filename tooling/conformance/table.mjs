import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { DEFAULT_WORKLOAD, engineNamed, estimate, modelFromConfig } from '@kv/core';
import { findEntry } from '@kv/core/catalogue';
import { classesOf, errorsOfCache, errorsOfPart, PARTS, readStartups } from './vllm/startups.mjs';

const GOLDEN = new URL('../../packages/core/test/golden/', import.meta.url);

/** The page that this script writes, and the list of all cases that it links to. */
export const DOCUMENT = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url));
export const LIST = fileURLToPath(new URL('../../docs/conformance.csv', import.meta.url));

/** What each engine said of its cache, as the conformance commands wrote it down, in order of the file names. */
export function readGoldenFiles() {
  return readdirSync(GOLDEN)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, GOLDEN), 'utf8')))
    .filter(
      ({ engine, models, cases }) => engine !== undefined && models !== undefined && cases?.some(isOfCache),
    );
}

function isOfCache({ engineBytes, compare, unknown }) {
  return engineBytes !== undefined || compare !== undefined || unknown !== undefined;
}

const models = new WeakMap();
const reckoned = new WeakMap();

/** The bytes that kv gives for a case of a golden file, reckoned once. */
export function ours(file, one) {
  const known = reckoned.get(one);
  if (known !== undefined) {
    return known;
  }
  const { workload, settings = {} } = one;
  const use = { ...DEFAULT_WORKLOAD, ...workload };
  const { totalBytes } = estimate(modelIn(file, one.model), use, engineNamed(file.engine, settings));
  reckoned.set(one, totalBytes);
  return totalBytes;
}

function modelIn(file, id) {
  const described = file.models[id];
  const model = models.get(described) ?? modelOf(id, described);
  models.set(described, model);
  return model;
}

function modelOf(id, { catalogue, config, layers, architecture = 'golden', dtype = 'bf16' }) {
  if (catalogue === true) {
    return modelFromConfig(findEntry(id).config, { id, source: 'golden' });
  }
  if (config !== undefined) {
    return modelFromConfig(config, { id, source: 'golden' });
  }
  const all = layers.flatMap(({ count, layer }) => Array.from({ length: count }, () => layer));
  const chosen = { dtype, reason: 'the golden file' };
  return {
    id,
    name: id,
    source: 'golden',
    architecture,
    numHiddenLayers: all.length,
    layers: all,
    dtype: chosen,
    kvCacheDtype: chosen,
    warnings: [],
  };
}

/** Every case with the engine's figure, ours and the difference. */
export function casesOf(files) {
  return files.flatMap((file) => file.cases.map((one) => ({ file, one, ...compared(file, one) })));
}

function compared(file, one) {
  if (one.unknown !== undefined) {
    return {
      quantity: 'tokens',
      engine: one.log.tokens,
      kv: '',
      difference: '',
      isEqual: false,
      note: one.unknown,
    };
  }
  if (one.compare !== undefined) {
    const { quantity, engine, ours: kv } = one.compare;
    // Tokens of a memory that is printed with two decimals.
    const rounding = engine * (0.005 / Number(one.log.availableGiB ?? Infinity));
    const isEqual = Math.abs(kv - engine) <= Math.ceil(rounding);
    return { quantity, engine, kv, difference: kv - engine, isEqual, note: one.note ?? '' };
  }
  const kv = ours(file, one);
  const difference = kv - one.engineBytes;
  const isEqual = Math.abs(difference) <= (one.tolerance ?? 0);
  return {
    quantity: 'bytes',
    engine: one.engineText ?? one.engineBytes,
    kv,
    difference: isEqual ? 0 : difference,
    isEqual,
    note: one.note ?? '',
  };
}

/** The list: a line for each case. */
export function conformanceList(files) {
  const head = [
    'engine',
    'release',
    'known',
    'model',
    'used as',
    'quantity',
    'engine says',
    'kv says',
    'difference',
    'note',
  ];
  const rows = casesOf(files).map(({ file, one, quantity, engine, kv, difference, note }) => [
    file.engine,
    file.version,
    howKnown(file),
    one.model,
    usedAs(one),
    quantity,
    engine,
    kv,
    difference,
    note,
  ]);
  return `${[head, ...rows].map((cells) => cells.map(csvCell).join(',')).join('\n')}\n`;
}

function usedAs({ workload = {}, settings = {} }) {
  return [...Object.entries(workload), ...Object.entries(settings)]
    .map(([key, value]) => `${key} ${value}`)
    .join(' ');
}

function csvCell(value) {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The page: one row for each engine, and how often each model was asked about. */
export function conformanceDocument(files) {
  const cases = casesOf(files);
  const summary = files.map((file) => {
    const own = cases.filter((one) => one.file === file);
    const equal = own.filter(({ isEqual }) => isEqual).length;
    const explained = own.filter(({ isEqual, note }) => !isEqual && note !== '').length;
    return [
      file.engine,
      file.version,
      howKnown(file),
      Object.keys(file.models).length,
      own.length,
      equal,
      explained,
      own.length - equal - explained,
    ];
  });
  const engines = [...new Set(files.map(({ engine }) => engine))];
  const models = [...new Set(cases.map(({ one }) => one.model))].toSorted((a, b) => a.localeCompare(b, 'en'));
  const counts = models.map((model) => [
    model,
    ...engines.map((engine) => {
      const asked = cases.filter(({ file, one }) => file.engine === engine && one.model === model);
      return asked.length === 0 ? '' : asked.length;
    }),
  ]);
  return [
    HEAD,
    table(['engine', 'release', 'known', 'models', 'cases', 'equal', 'explained', 'unexplained'], summary),
    '',
    vllmMemory(),
    '',
    MATRIX,
    table(['model', ...engines], counts),
    '',
  ].join('\n');
}

/** Errors of what kv says vLLM leaves for the cache, and of its parts, on logs that were fitted on and on others. */
function vllmMemory() {
  const { fitted, judged, lacking } = readStartups();
  const lists = [
    ['fitted on', fitted],
    ['judged', judged],
    ...classesOf([...fitted, ...judged]),
    ['not judged, for what they lack', lacking],
  ];
  const cache = lists.map(([name, rows]) => {
    const { median, p90, inside, count, width } = errorsOfCache(rows);
    return [name, count, percent(median), percent(p90), `${inside} of ${count}`, percent(width)];
  });
  const parts = PARTS.map(([name, key]) => [
    name,
    ...[fitted, judged].flatMap((rows) => {
      const { median, p90, inside, count } = errorsOfPart(rows, name, key);
      return [`${median.toFixed(3)} GiB`, `${p90.toFixed(3)} GiB`, `${inside} of ${count}`];
    }),
  ]);
  return [
    MEMORY,
    table(
      ['start-ups', 'logs', 'median error', 'nine in ten', 'within the range', 'width of the range'],
      cache,
    ),
    '',
    table(
      ['part', 'fitted on: median', 'nine in ten', 'within', 'judged: median', 'nine in ten', 'within'],
      parts,
    ),
  ].join('\n');
}

function percent(share) {
  return `${(100 * share).toFixed(2)}%`;
}

/** Whether the engine's code was run, or what it printed somewhere was read. */
function howKnown({ generator }) {
  return generator === undefined ? 'read in logs' : 'run';
}

function table(heads, rows) {
  const align = heads.map((_, index) => (typeof rows[0]?.[index] === 'number' ? '--:' : '---'));
  return [heads, align, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const HEAD = `# What the engines say, and what kv says

Generated by \`tooling/conformance/table.mjs\` from \`packages/core/test/golden/\`; \`tooling/conformance/README.md\` says how
the engines were asked. A case is equal where no byte differs, or none beyond the rounding of what the engine prints;
explained where the list says why. [conformance.csv](conformance.csv) lists every case.
`;

const MEMORY = `## What vLLM leaves for the cache

What kv says beside published start-up logs (\`vllm-startup.json\`), part of which figures that no source gives were fitted on.
Widths are shares of the device's memory. [vllm/README.md](../tooling/conformance/vllm/README.md) says what was fitted, and how
logs were divided.
`;

const MATRIX = `## Models

How many cases of each model were asked of each engine. A blank is a model that the engine does not run, or that is stored
as another that was asked about.
`;

if (argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(DOCUMENT), { recursive: true });
  const files = readGoldenFiles();
  writeFileSync(DOCUMENT, conformanceDocument(files));
  writeFileSync(LIST, conformanceList(files));
}
