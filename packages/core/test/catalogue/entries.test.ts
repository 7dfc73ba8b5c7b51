import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, type CatalogueEntry, modelFromEntry } from '../../src/catalogue/index.js';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { engineNamed } from '../../src/engines/all-engines.js';
import { ENGINE_NAMES } from '../../src/engines/all-settings.js';
import { estimate } from '../../src/estimate/estimate.js';
import { parseConfigText } from '../../src/import/config-text.js';
import { memoriesOf } from '../../src/model/layer.js';
import { checkModel } from '../../src/model/model.js';
import { InputError } from '../../src/text/errors.js';
import { brokenText, endsWell, mutated, readEndsWell } from '../import/mutations.js';

const named = CATALOGUE.map((entry): [string, CatalogueEntry] => [entry.id, entry]);

describe('the catalogue', () => {
  it('has each id and alias once, and says where each config was read', () => {
    const ids = CATALOGUE.flatMap(({ id, aliases = [] }) => [id, ...aliases]).map((id) => id.toLowerCase());
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, source } of CATALOGUE) {
      expect(id).toMatch(/^[\w.-]+\/[\w.-]+$/);
      expect(source.length).toBeGreaterThan(10);
    }
  });
});

it('has models of every kind of memory, but for layers that share one', () => {
  const kinds = CATALOGUE.flatMap((entry) =>
    modelFromEntry(entry).layers.flatMap((layer) =>
      memoriesOf(layer).map((memory) => (memory.kind === 'recurrent' ? memory.mechanism : memory.kind)),
    ),
  );
  expect([...new Set(kinds)]).toEqual(
    expect.arrayContaining([
      ...['full', 'sliding', 'chunked', 'latent', 'compressed', 'cross', 'none'],
      ...['mamba', 'mamba2', 'gated_delta_net', 'kimi_delta_attention', 'short_convolution'],
      ...['lightning_attention', 'rwkv', 'rg_lru'],
    ]),
  );
});

it('hands on the weights that an entry states', () => {
  const stated = CATALOGUE.filter(({ weights }) => weights !== undefined);
  expect(stated.length).toBeGreaterThan(0);
  for (const entry of stated) {
    expect(modelFromEntry(entry).weights).toEqual(entry.weights);
  }
});

it('is small enough to be loaded by a page', () => {
  expect(gzipSync(JSON.stringify(CATALOGUE)).length).toBeLessThan(40_000);
});

describe.each(named)('%s', (id, entry) => {
  it('is read with nothing to warn of', () => {
    const model = checkModel(modelFromEntry(entry));
    expect(model.warnings).toEqual([]);
    expect(model).toMatchObject({ id, name: id.split('/')[1], source: entry.source });
  });

  it.each(ENGINE_NAMES)('is estimated or refused by %s', (name) => {
    const model = modelFromEntry(entry);
    const engine = engineNamed(name);
    const { dtype } = engine.kvCacheDtype?.(model) ?? model.kvCacheDtype;
    const workload = { ...DEFAULT_WORKLOAD, contextLength: 1024, keyDtype: dtype, valueDtype: dtype };
    try {
      expect(estimate(model, workload, engine).totalBytes).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  });

  it('ends in a model or in one InputError, however it is broken', () => {
    fc.assert(
      fc.property(mutated(entry.config), (broken) => void endsWell(broken)),
      { numRuns: 30 },
    );
    fc.assert(
      fc.property(brokenText(entry.config), (text) => void readEndsWell(() => parseConfigText(text))),
      { numRuns: 20 },
    );
  });
});
