import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD, designs, figureSubtitle, ideal, SEED_KNOBS, vllm } from '../../src/index.js';
import seed from '../golden/seed-figure.json' with { type: 'json' };

const cases = designs(SEED_KNOBS).map(({ label, model }) => ({
  ...{ label, model, workload: DEFAULT_WORKLOAD, engine: ideal },
}));

describe("the line under a figure's title", () => {
  it("is the teaching script's for its designs", () => {
    expect(figureSubtitle(cases, SEED_KNOBS)).toBe(seed.subtitle);
  });

  it('names the use and the engine, as far as all cases share them', () => {
    const eight = cases.map((item) => ({
      ...item,
      engine: vllm(),
      workload: { ...item.workload, numSequences: 8 },
    }));
    expect(figureSubtitle(eight)).toBe('(batch=8, dtype=bf16, engine=vllm)');
    expect(figureSubtitle([...eight, ...cases])).toBe('(dtype=bf16)');
    const halved = cases.map((item) => ({
      ...item,
      workload: { ...item.workload, valueDtype: 'fp8_e4m3' } as const,
    }));
    expect(figureSubtitle(halved)).toBe('(batch=1, dtype=bf16/fp8_e4m3)');
    expect(figureSubtitle([...halved, ...eight])).toBe('');
  });
});
