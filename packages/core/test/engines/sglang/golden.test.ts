import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { type SglangCapacity, sglangCapacity } from '../../../src/engines/sglang/capacity.js';
import type { SglangSettings } from '../../../src/engines/sglang/settings.js';
import { InputError } from '../../../src/text/errors.js';
import {
  describeGoldenCases,
  type Golden,
  type GoldenModels,
  type GoldenUse,
  goldenModel,
} from '../golden-cases.js';
import { run } from './models.js';

interface Case extends GoldenUse<SglangSettings> {
  readonly engineBytes: number;
  readonly log: {
    readonly pools: readonly {
      readonly maxTotalNumTokens: number;
      readonly swaTokens: number | null;
      readonly states: number | null;
    }[];
    readonly capacity?: Readonly<Record<string, number | null>>;
  };
}

const golden: Golden<Case> & { readonly availableBytes: number } = JSON.parse(
  readFileSync(new URL('../../golden/sglang.json', import.meta.url), 'utf8'),
);

interface PublishedLines extends GoldenModels {
  readonly cases: readonly (GoldenUse<SglangSettings> & {
    /** Sizes are in GiB with two decimals, as they were printed. */
    readonly log: {
      readonly tokens: number;
      readonly key: string;
      readonly value?: string;
      readonly convolution?: string;
      readonly state?: string;
    };
    readonly compare: { readonly engine: number; readonly ours: number };
  })[];
}

const published: PublishedLines = JSON.parse(
  readFileSync(new URL('../../golden/sglang-logs.json', import.meta.url), 'utf8'),
);

describeGoldenCases(
  "%s, as SGLang's own code makes its pools",
  golden,
  (known, { workload: use, settings: set, engineBytes, log }) => {
    expect(run(known, use, set).totalBytes).toBe(engineBytes);
    if (log.capacity !== undefined) {
      const found = sglangCapacity(known, { ...DEFAULT_WORKLOAD, ...use }, set, golden.availableBytes);
      const { maxTotalNumTokens, swaTokens = null, maxMambaCacheSize = null, maxRunningRequests } = found;
      expect({ maxTotalNumTokens, swaTokens, maxMambaCacheSize, maxRunningRequests }).toEqual(log.capacity);
    }
  },
);

/** The least memory of which SGLang makes this many tokens, or the next whole page. */
function memoryFor(tokens: number, capacityOf: (bytes: number) => SglangCapacity): SglangCapacity {
  const holds = (bytes: number) => {
    try {
      return capacityOf(bytes).maxTotalNumTokens >= tokens;
    } catch (error) {
      if (error instanceof InputError) {
        return false;
      }
      throw error;
    }
  };
  let [less, enough] = [0, 2 ** 42];
  while (enough - less > 1) {
    const middle = Math.floor((less + enough) / 2);
    [less, enough] = holds(middle) ? [less, middle] : [middle, enough];
  }
  return capacityOf(enough);
}

describe('a line that a running engine logged', () => {
  it.each(published.cases)('has the sizes that it printed: $model, $log.tokens tokens', (line) => {
    const known = goldenModel(line.model, published);
    const use = { ...DEFAULT_WORKLOAD, ...line.workload };
    const { tokens, key, value = '0.00', convolution, state } = line.log;
    const found = memoryFor(tokens, (bytes) => sglangCapacity(known, use, line.settings, bytes));
    const printed = (bytes: number) => (bytes / 2 ** 30).toFixed(2);

    expect(found.maxTotalNumTokens).toBe(tokens);
    expect([printed(found.keyBytes), printed(found.valueBytes)]).toEqual([key, value]);
    expect(line.compare).toMatchObject({ engine: Number(key), ours: Number(printed(found.keyBytes)) });
    if (convolution !== undefined && state !== undefined) {
      expect([printed(found.convolutionBytes), printed(found.stateBytes)]).toEqual([convolution, state]);
    }
  });
});

it("is refused nothing that SGLang's own code was asked", () => {
  expect(golden.refused).toEqual([]);
});
