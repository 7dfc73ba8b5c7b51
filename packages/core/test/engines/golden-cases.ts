import { describe, expect, it } from 'vitest';
import { findEntry } from '../../src/catalogue/index.js';
import type { Workload } from '../../src/deployment/workload.js';
import { modelFromConfig } from '../../src/import/config.js';
import type { Model } from '../../src/model/model.js';
import { InputError } from '../../src/text/errors.js';

export interface GoldenModels {
  /** Without a config, the catalogue's. */
  readonly models: Readonly<Record<string, { readonly config?: Readonly<Record<string, unknown>> }>>;
}

/** What an engine was asked, with its settings. */
export interface GoldenUse<Settings> {
  readonly model: string;
  readonly workload: Partial<Workload>;
  readonly settings: Settings;
}

/** What the code of an engine itself answered. */
export interface Golden<Case extends GoldenUse<unknown>> extends GoldenModels {
  readonly refused: readonly GoldenUse<Case['settings']>[];
  readonly cases: readonly Case[];
}

export function goldenModel(id: string, { models }: GoldenModels): Model {
  const known = models[id];
  const config = known?.config ?? findEntry(id)?.config;
  if (known === undefined || config === undefined) {
    throw new Error(`The golden file has no model ${id}.`);
  }
  return modelFromConfig(config, { id, source: 'golden' });
}

/** A suite for each model, its `%s` in the title, and in it a test for each case. */
export function describeGoldenCases<Case extends GoldenUse<unknown>>(
  title: string,
  golden: Golden<Case>,
  check: (model: Model, one: Case) => void,
): void {
  describe.each([...new Set(golden.cases.map(({ model }) => model))])(title, (id) => {
    const known = goldenModel(id, golden);
    const cases = golden.cases
      .filter((one) => one.model === id)
      .map((one) => [JSON.stringify({ ...one.workload, ...(one.settings as object) }), one] as const);

    it.each(cases)('with %s', (_title, one) => check(known, one));
  });
}

/** A test for each use that the engine refused, its `%j` in the title. */
export function itRefusesGolden<Case extends GoldenUse<unknown>>(
  title: string,
  golden: Golden<Case>,
  run: (model: Model, workload: Partial<Workload>, settings: Case['settings']) => unknown,
): void {
  it.each(golden.refused)(title, ({ model: id, workload, settings }) => {
    const known = goldenModel(id, golden);
    expect(() => run(known, workload, settings)).toThrow(InputError);
  });
}
