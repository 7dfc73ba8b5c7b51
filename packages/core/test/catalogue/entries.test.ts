import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, type CatalogueEntry, modelFromEntry } from '../../src/catalogue/index.js';
import { checkModel } from '../../src/model.js';
import { endsWell, mutated } from '../import/mutations.js';

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

describe.each(named)('%s', (id, entry) => {
  it('is read with nothing to warn of', () => {
    const model = checkModel(modelFromEntry(entry));
    expect(model.warnings).toEqual([]);
    expect(model).toMatchObject({ id, name: id.split('/')[1], source: entry.source });
  });

  it('ends in a model or in one InputError, however it is broken', () => {
    fc.assert(
      fc.property(mutated(entry.config), (broken) => void endsWell(broken)),
      { numRuns: 30 },
    );
  });
});
