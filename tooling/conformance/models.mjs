import { readFileSync } from 'node:fs';
import { memoriesOf, modelFromConfig } from '@kv/core';
import { CATALOGUE, modelFromEntry } from '@kv/core/catalogue';

/** Configs, as published, of architectures that the catalogue has no model of. */
const OTHERS = JSON.parse(readFileSync(new URL('models.json', import.meta.url), 'utf8'));

const others = Object.entries(OTHERS).filter(([id]) => !CATALOGUE.some((entry) => entry.id === id));

/** Every model that engines are asked about: those of the catalogue, and some more. */
export const MODELS = [
  ...CATALOGUE.map((entry) => ({ model: modelFromEntry(entry), config: entry.config })),
  ...others.map(([id, config]) => ({ model: modelFromConfig(config, { id, source: 'published' }), config })),
];

/** Where a golden file's readers find the models that it is about: in the catalogue, or here. */
export function describedIn(ids) {
  const configs = new Map(others);
  return Object.fromEntries(
    [...ids].map((id) => [id, configs.has(id) ? { config: configs.get(id) } : { catalogue: true }]),
  );
}

/** What a model stores, as far as rules of engines differ: one model of each kind is asked about at length. */
export function kindOf({ layers }) {
  const kinds = layers
    .flatMap(memoriesOf)
    .map(({ kind, mechanism, indexer, slidingWindow, keyHeadDim, valueHeadDim }) =>
      [
        kind,
        mechanism,
        indexer && 'indexed',
        kind === 'latent' && slidingWindow && 'sliding',
        keyHeadDim !== valueHeadDim && 'unlike',
      ]
        .filter(Boolean)
        .join(' '),
    );
  return [...new Set(kinds)].sort().join(', ');
}

/**
 * The cases of a golden file: of the first model of each kind all that suit it, of every other one of them, each in its
 * turn.
 */
export function goldenCases(models, casesFor) {
  const known = new Set();
  return models.flatMap(({ model, config }, index) => {
    const cases = casesFor(model);
    const kind = kindOf(model);
    const chosen = known.has(kind) ? [cases[index % cases.length]] : cases;
    known.add(kind);
    return chosen.map((one) => ({ model, config, ...one }));
  });
}

/** JSON with a line for each model and case. */
export function format({ models, cases, ...head }) {
  const lines = (items) => items.map((item) => `    ${item}`).join(',\n');
  const entries = Object.entries(models).map(
    ([id, model]) => `${JSON.stringify(id)}: ${JSON.stringify(model)}`,
  );
  const start = Object.entries(head).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  return `{\n${start.join(',\n')},\n  "models": {\n${lines(entries)}\n  },\n  "cases": [\n${lines(cases.map((one) => JSON.stringify(one)))}\n  ]\n}`;
}
