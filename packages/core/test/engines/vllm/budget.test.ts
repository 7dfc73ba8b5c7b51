import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, modelFromEntry } from '../../../src/catalogue/index.js';
import type { DeviceBudget } from '../../../src/deployment/budget.js';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { type VllmMemorySettings, vllmBudget } from '../../../src/engines/vllm/budget.js';
import { VLLM_RELEASES } from '../../../src/engines/vllm/releases.js';
import type { VllmSettings } from '../../../src/engines/vllm/settings.js';
import { GPUS, gpuNamed } from '../../../src/gpus/index.js';
import { InputError } from '../../../src/text/errors.js';
import type { Quantity } from '../../../src/text/quantity.js';
import { GIB, PEAKS, printed, requestOf, STARTUPS, type Startup } from './startup.js';

const MODELS = CATALOGUE.map(modelFromEntry).flatMap((model) =>
  model.weights === undefined ? [] : [{ model, weights: model.weights }],
);
const settingsArbitrary = fc.record(
  {
    version: fc.constantFrom(...VLLM_RELEASES.names) as fc.Arbitrary<NonNullable<VllmSettings['version']>>,
    gpuMemoryUtilization: fc.double({ min: 0.1, max: 1, noNaN: true }),
    maxNumSeqs: fc.integer({ min: 1, max: 2048 }),
    maxNumBatchedTokens: fc.integer({ min: 1, max: 65_536 }),
    enforceEager: fc.boolean(),
    enableLora: fc.boolean(),
    enableExpertParallel: fc.boolean(),
    languageModelOnly: fc.boolean(),
    cpuOffloadGb: fc.integer({ min: 0, max: 100 }),
    numSpeculativeTokens: fc.integer({ min: 1, max: 8 }),
    cudagraphMode: fc.constantFrom('NONE', 'PIECEWISE', 'FULL_AND_PIECEWISE'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<VllmMemorySettings>;
const requestArbitrary = fc
  .record({
    of: fc.constantFrom(...MODELS),
    device: fc.constantFrom(...GPUS),
    settings: settingsArbitrary,
    tensorParallel: fc.constantFrom(1, 2, 4, 8),
    pipelineParallel: fc.constantFrom(1, 2),
    contextLength: fc.integer({ min: 1, max: 131_072 }),
  })
  .map(({ of, device, settings, ...parallel }) => ({
    ...of,
    device,
    settings,
    workload: { ...DEFAULT_WORKLOAD, ...parallel },
  }));

function expectWhole({ bytes, low, high }: Quantity): void {
  for (const value of [bytes, low, high]) {
    expect(Number.isSafeInteger(value)).toBe(true);
  }
  expect(low).toBeLessThanOrEqual(bytes);
  expect(bytes).toBeLessThanOrEqual(high);
}

function partNamed(budget: DeviceBudget, name: string): Quantity | undefined {
  return budget.parts.find((part) => part.name === name);
}

describe('the budget of a device with vLLM', () => {
  it('is whole numbers of bytes with their ends in order, whatever is asked', () => {
    fc.assert(
      fc.property(requestArbitrary, (request) => {
        const { total, usable, parts, available } = vllmBudget(request);
        for (const quantity of [total, usable, available, ...parts]) {
          expectWhole(quantity);
        }
        for (const { low } of [total, usable, ...parts]) {
          expect(low).toBeGreaterThanOrEqual(0);
        }
        for (const { explanation, source } of parts) {
          expect(explanation.join('')).not.toMatch(/NaN|undefined|Infinity/);
          expect(explanation.length * source.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('leaves what its parts do not take, within ends that are closer than the sum of all worst ends', () => {
    fc.assert(
      fc.property(requestArbitrary, (request) => {
        const { usable, parts, available } = vllmBudget(request);
        const sum = (of: (quantity: Quantity) => number) =>
          parts.reduce((total, part) => total + of(part), 0);
        expect(available.bytes).toBe(usable.bytes - sum(({ bytes }) => bytes));
        expect(available.low).toBeGreaterThanOrEqual(usable.low - sum(({ high }) => high) - 1);
        expect(available.high).toBeLessThanOrEqual(usable.high - sum(({ low }) => low) + 1);
      }),
    );
  });

  it('never leaves less where more may be used, or less is computed at a time', () => {
    fc.assert(
      fc.property(requestArbitrary, fc.integer({ min: 1, max: 2048 }), (request, more) => {
        const leftWith = (settings: VllmMemorySettings) =>
          vllmBudget({ ...request, settings: { ...request.settings, ...settings } }).available.bytes;
        expect(leftWith({ gpuMemoryUtilization: 1 })).toBeGreaterThanOrEqual(leftWith({}));
        const batch = { maxNumBatchedTokens: 4096, maxNumSeqs: 64 };
        expect(leftWith(batch)).toBeGreaterThanOrEqual(
          leftWith({ ...batch, maxNumBatchedTokens: 4096 + more }),
        );
        expect(leftWith(batch)).toBeGreaterThanOrEqual(leftWith({ ...batch, maxNumSeqs: 64 + more }));
        expect(leftWith({ enableLora: false })).toBeGreaterThanOrEqual(leftWith({ enableLora: true }));
        expect(leftWith({ enforceEager: true })).toBeGreaterThanOrEqual(leftWith({ enforceEager: false }));
      }),
    );
  });

  it('leaves exactly what --kv-cache-memory-bytes says', () => {
    fc.assert(
      fc.property(requestArbitrary, fc.integer({ min: 1, max: 2 ** 40 }), (request, kvCacheMemoryBytes) => {
        const settings = { ...request.settings, kvCacheMemoryBytes };
        expect(vllmBudget({ ...request, settings }).available).toEqual({
          bytes: kvCacheMemoryBytes,
          low: kvCacheMemoryBytes,
          high: kvCacheMemoryBytes,
          how: 'rule',
        });
      }),
    );
  });

  it('takes the estimate of CUDA graphs off since 0.21, and none with --enforce-eager', () => {
    const request = requestOf(STARTUPS[0] as Startup);
    const graphsOf = (settings: VllmMemorySettings) =>
      partNamed(
        vllmBudget({ ...request, settings: { ...request.settings, ...settings } }),
        'CUDA graph estimate',
      );
    expect(graphsOf({ version: '0.20' })).toBeUndefined();
    expect(graphsOf({ version: '0.21' })).toBeDefined();
    expect(graphsOf({ version: '0.21', enforceEager: true })).toBeUndefined();
    expect(graphsOf({ version: '0.21', cudagraphMode: 'NONE' })).toBeUndefined();
    expect(graphsOf({ version: '0.21', cudagraphCaptureSizes: [1, 2] })?.bytes).toBeLessThan(
      graphsOf({ version: '0.21' })?.bytes ?? 0,
    );
  });

  it('keeps no memory for an encoder that is not loaded, or that no request reaches', () => {
    const row = STARTUPS.find(({ model }) => model === 'google/gemma-3-4b-it') as Startup;
    const request = requestOf(row);
    const peakWith = (settings: VllmMemorySettings) =>
      partNamed(vllmBudget({ ...request, settings: { ...request.settings, ...settings } }), 'activation peak')
        ?.bytes;
    expect(peakWith({ languageModelOnly: true })).toBeLessThan(peakWith({}) ?? 0);
    expect(peakWith({ limitMmPerPrompt: { image: 0 } })).toBe(peakWith({ languageModelOnly: true }));
  });

  it('counts the tables of the second runner only where what was consumed counts', () => {
    const request = requestOf(STARTUPS.find(({ model }) => model === 'meta-llama/Llama-3.1-8B') as Startup);
    const tablesIn = (version: NonNullable<VllmSettings['version']>) =>
      partNamed(
        vllmBudget({ ...request, settings: { ...request.settings, version } }),
        'tables and adapters',
      );
    expect(tablesIn('0.21')).toBeUndefined();
    expect(tablesIn('0.25')).toBeUndefined();
    expect(tablesIn('0.27')?.bytes).toBeGreaterThan(4 * 1024 * 128_256);
  });

  it('takes a GB10 for a small device in every release, whatever its memory', () => {
    const request = requestOf(STARTUPS[0] as Startup);
    for (const version of VLLM_RELEASES.names as readonly NonNullable<VllmSettings['version']>[]) {
      const { parts } = vllmBudget({ ...request, device: gpuNamed('dgx-spark'), settings: { version } });
      const said = parts.flatMap(({ explanation }) => explanation).join('\n');
      expect(said).toContain('T = 2048 tokens');
      expect(said).toContain('S = 256 sequences');
    }
  });

  it('refuses settings that make no sense, naming the flag', () => {
    const request = requestOf(STARTUPS[0] as Startup);
    const refused: readonly (readonly [VllmMemorySettings, RegExp])[] = [
      [{ gpuMemoryUtilization: 0 }, /--gpu-memory-utilization is 0/],
      [{ gpuMemoryUtilization: 95 }, /--gpu-memory-utilization is 95/],
      [{ cpuOffloadGb: -1 }, /--cpu-offload-gb is -1/],
      [{ kvCacheMemoryBytes: 0 }, /--kv-cache-memory-bytes is 0/],
      [{ maxLoras: 1.5 }, /--max-loras is 1.5/],
      [{ limitMmPerPrompt: { image: -1 } }, /"image" of --limit-mm-per-prompt is -1/],
      [{ cudagraphCaptureSizes: [0] }, /cudagraph_capture_sizes/],
    ];
    for (const [settings, message] of refused) {
      const asked = () => vllmBudget({ ...request, settings: { ...request.settings, ...settings } });
      expect(asked).toThrow(InputError);
      expect(asked).toThrow(message);
    }
  });

  it('has wider ends, and says why, where no log of the release on such a device is known', () => {
    const [row] = STARTUPS;
    const request = requestOf(row as Startup);
    const widthOf = ({ available: { low, high } }: DeviceBudget) => high - low;
    const known = vllmBudget(request);
    const unknown = vllmBudget({ ...request, device: { ...request.device, computeCapability: '9.9' } });
    expect(widthOf(unknown)).toBeGreaterThan(widthOf(known));
    expect(
      unknown.parts.every(({ explanation }) => explanation.some((line) => /No start-up log/.test(line))),
    ).toBe(true);
  });
});

/** The value below which so many of a list are. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

describe('published start-ups of vLLM that judge', () => {
  const judged = STARTUPS.filter(({ judged, lacks }) => judged && lacks === undefined).map((row) => ({
    row,
    budget: vllmBudget(requestOf(row)),
  }));
  const isInside = (gib: number, { low, high }: Quantity) =>
    printed(gib).high >= low && printed(gib).low <= high;

  it('have the memory for the cache that is said: 1% off in the median, 6% in nine of ten', () => {
    const errors = judged.map(
      ({ row, budget }) =>
        Math.abs(budget.available.bytes / GIB - row.logged.available) / row.logged.available,
    );
    expect(judged.length).toBeGreaterThanOrEqual(15);
    expect(quantile(errors, 0.5)).toBeLessThanOrEqual(0.01);
    expect(quantile(errors, 0.9)).toBeLessThanOrEqual(0.06);
  });

  it('lie within the range that is said, nine of ten, and the range is at most 5% of the device in the median', () => {
    const inside = judged.filter(({ row, budget }) => isInside(row.logged.available, budget.available));
    const widths = judged.map(
      ({ budget }) => (budget.available.high - budget.available.low) / budget.total.bytes,
    );
    expect(inside.length / judged.length).toBeGreaterThanOrEqual(0.9);
    expect(quantile(widths, 0.5)).toBeLessThanOrEqual(0.05);
  });

  it.each([
    ['weights as loaded', 'weights'],
    ['activation peak', 'activations'],
    ['outside torch', 'outsideTorch'],
  ] as const)('have %s within its range, nine of ten', (name, key) => {
    const logged = judged.flatMap(({ row, budget }) => {
      const [gib, part] = [row.logged[key], partNamed(budget, name)];
      return gib === undefined || part === undefined ? [] : [isInside(gib, part)];
    });
    expect(logged.length).toBeGreaterThanOrEqual(10);
    expect(logged.filter(Boolean).length / logged.length).toBeGreaterThanOrEqual(0.9);
  });

  it('have the activation peak that is said to a hundredth of a GiB, model by model', () => {
    const errors = PEAKS.map(({ row, activations }) => {
      const peak = partNamed(vllmBudget(requestOf(row)), 'activation peak')?.bytes ?? 0;
      return Math.abs(peak / GIB - activations);
    });
    expect(errors.length).toBeGreaterThanOrEqual(15);
    expect(quantile(errors, 0.9)).toBeLessThanOrEqual(0.01);
  });

  it('are of the releases and devices whose ranges are not widened', () => {
    for (const { release, gpu } of STARTUPS) {
      expect(VLLM_RELEASES.factsOf(release).loggedOn).toContain(gpuNamed(gpu).computeCapability);
    }
  });
});
