import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { vllmCapacity } from '../../../src/engines/vllm/capacity.js';
import type { VllmSettings } from '../../../src/engines/vllm/settings.js';
import { InputError } from '../../../src/text/errors.js';
import {
  describeGoldenCases,
  type Golden,
  type GoldenModels,
  type GoldenUse,
  goldenModel,
  itRefusesGolden,
} from '../golden-cases.js';
import { run } from './models.js';

interface Case extends GoldenUse<VllmSettings> {
  readonly engineBytes: number;
  readonly log: {
    readonly numBlocks: number;
    readonly groups: readonly { readonly blocksPerRequest: number }[];
    readonly tokens: number;
    readonly maxConcurrency: number;
  };
}

const golden: Golden<Case> & { readonly availableBytes: number } = JSON.parse(
  readFileSync(new URL('../../golden/vllm.json', import.meta.url), 'utf8'),
);

interface PublishedLines extends GoldenModels {
  readonly cases: readonly (GoldenUse<VllmSettings> & {
    readonly log: {
      readonly availableGiB: string;
      readonly tokens: number;
      readonly maxConcurrency?: string;
      /** The rank with the least memory, which decides, is another one. */
      readonly onOneOfSeveralRanks?: boolean;
    };
    readonly compare: { readonly engine: number; readonly ours: number };
    /** Why the engine does not know it, in place of a comparison. */
    readonly unknown?: string;
  })[];
}

const published: PublishedLines = JSON.parse(
  readFileSync(new URL('../../golden/vllm-logs.json', import.meta.url), 'utf8'),
);

describeGoldenCases(
  "%s, as vLLM's own code plans it",
  golden,
  (known, { workload: use, settings: set, engineBytes, log }) => {
    expect(run(known, use, set).totalBytes).toBe(engineBytes);
    const found = vllmCapacity(known, { ...DEFAULT_WORKLOAD, ...use }, set, golden.availableBytes);
    expect(found.numBlocks).toBe(log.numBlocks);
    expect(found.blocksPerRequest).toBe(
      log.groups.reduce((total, { blocksPerRequest }) => total + blocksPerRequest, 0),
    );
    expect(found.tokens).toBe(log.tokens);
    expect(found.maxConcurrency).toBe(log.maxConcurrency);
  },
);

describe('a line that a running engine logged', () => {
  it.each(published.cases.filter(({ unknown }) => unknown !== undefined))(
    'is refused where its rule is not known: $model, $log.tokens tokens',
    ({ model: id, workload: use, settings: set }) => {
      const known = goldenModel(id, published);
      expect(() => vllmCapacity(known, { ...DEFAULT_WORKLOAD, ...use }, set, 2 ** 40)).toThrow(InputError);
    },
  );

  it.each(published.cases.filter(({ unknown }) => unknown === undefined))(
    'is to the digit what some memory gives that it rounds: $model, $log.availableGiB GiB',
    (line) => {
      const known = goldenModel(line.model, published);
      const use = { ...DEFAULT_WORKLOAD, ...line.workload };
      const { availableGiB, tokens, maxConcurrency, onOneOfSeveralRanks = false } = line.log;
      const at = (bytes: number) => vllmCapacity(known, use, line.settings, Math.round(bytes));
      const printed = Math.round(Number(availableGiB) * 2 ** 30);
      const middle = at(printed);
      expect(line.compare).toMatchObject({ engine: tokens, ours: middle.tokens });

      const rounded = 0.005 * 2 ** 30;
      if (onOneOfSeveralRanks) {
        expect(tokens).toBeLessThanOrEqual(at(printed + rounded).tokens);
        return;
      }
      const least = at(printed - rounded).numBlocks;
      const most = at(printed + rounded).numBlocks;
      const logged = Array.from({ length: most - least + 1 }, (_, more) => {
        const given = { ...line.settings, numGpuBlocksOverride: least + more };
        const found = vllmCapacity(known, use, given, printed);
        return { tokens: found.tokens, maxConcurrency: found.maxConcurrency.toFixed(2) };
      });
      expect(logged).toContainEqual({ tokens, maxConcurrency: maxConcurrency ?? expect.any(String) });
    },
  );
});

itRefusesGolden("refuses what vLLM's own code does: %j", golden, run);
