import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { vllmCapacity } from '../../../src/engines/vllm/capacity.js';
import type { VllmSettings } from '../../../src/engines/vllm/settings.js';
import {
  describeGoldenCases,
  type Golden,
  type GoldenModels,
  type GoldenUse,
  goldenModel,
  itRefusesGolden,
} from '../golden-cases.js';
import { FP8, run } from './models.js';

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
  it.each(published.cases)(
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

it('packs the blocks of DeepSeek-V4 as each release does', () => {
  // A window of 37,440 bytes; pages of 8640, 37,440 and 1728 bytes for latents.
  const flash = goldenModel('deepseek-ai/DeepSeek-V4-Flash', published);
  const blocks = (version: string) =>
    2 ** 40 /
    vllmCapacity(flash, { ...DEFAULT_WORKLOAD, ...FP8, contextLength: 4096 }, { version }, 2 ** 40).numBlocks;
  const bytes = {
    '0.22': 22 * (37_440 + 8640 + 1728),
    '0.26': 22 * 37_440 + 21 * 8640 + 20 * 1728,
    '0.27': 21 * (37_440 + 8640) + 20 * 1728,
    '0.29': 21 * (37_440 + 8640) + 20 * 1728,
  };
  for (const [version, expected] of Object.entries(bytes)) {
    expect(Math.floor(blocks(version)), version).toBe(expected);
  }
});
