import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sweep } from '../../src/estimate/sweep.js';
import { DEFAULT_STYLE } from '../../src/figures/context.js';
import { labelledContextFigure } from '../../src/figures/labelled-context.js';

interface Annotation {
  readonly text: string;
  readonly y: number;
  readonly ay: number;
}

const sweeps = fc
  .array(
    fc.record({
      label: fc.string({ minLength: 1, maxLength: 60 }),
      bytes: fc.integer({ min: 0, max: 2 ** 40 }),
    }),
    { minLength: 1, maxLength: 50 },
  )
  .map(
    (series): Sweep => ({
      contextLengths: [1024, 2048],
      series: series.map(({ label, bytes }) => ({ label, totalBytes: Float64Array.of(bytes, bytes * 2) })),
    }),
  );

describe('a figure with its labels at the lines', () => {
  it('names every series once, with its size, and no two labels touch', () => {
    fc.assert(
      fc.property(sweeps, (sweep) => {
        const { data, layout } = labelledContextFigure(sweep, DEFAULT_STYLE);
        const annotations = layout.annotations as readonly Annotation[];
        expect(annotations).toHaveLength(sweep.series.length);
        expect(data.map(({ customdata }) => customdata)).toEqual(
          sweep.series.map(({ totalBytes }) => Array.from(totalBytes)),
        );
        const [low, high] = (layout.yaxis as { readonly range: readonly [number, number] }).range;
        const { t, b } = layout.margin as { readonly t: number; readonly b: number };
        const area = (layout.height as number) - t - b;
        const places = annotations.map(({ y, ay }) => ((high - y) / (high - low)) * area + ay);
        places.slice(1).forEach((place, index) => {
          expect(place - (places[index] ?? 0)).toBeGreaterThanOrEqual(12 - 1e-6);
        });
      }),
    );
  });

  it('cuts a long name in its middle, never inside an escaped character', () => {
    const label = `${'a'.repeat(16)}&&&${'b'.repeat(40)}`;
    const sweep = { contextLengths: [1], series: [{ label, totalBytes: Float64Array.of(1024) }] };
    const { layout } = labelledContextFigure(sweep, { ...DEFAULT_STYLE, units: 'binary' });
    const [annotation] = layout.annotations as readonly Annotation[];
    expect(annotation?.text).toBe(`${'a'.repeat(16)}&amp;…${'b'.repeat(18)}  <b>1.00 KiB</b>`);
  });

  it('marks its memory axis at round sizes', () => {
    const totalBytes = Float64Array.of(2 ** 24, 2 ** 36);
    const sweep = { contextLengths: [1, 2], series: [{ label: 'x', totalBytes }] };
    const { layout } = labelledContextFigure(sweep, { ...DEFAULT_STYLE, units: 'binary' });
    expect((layout.yaxis as { readonly ticktext: readonly string[] }).ticktext).toEqual([
      ...['16 MiB', '64 MiB', '256 MiB', '1 GiB', '4 GiB', '16 GiB', '64 GiB'],
    ]);
  });
});
