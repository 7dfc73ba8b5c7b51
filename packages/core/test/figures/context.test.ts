import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextFigure, DEFAULT_STYLE } from '../../src/figures/context.js';
import { FIGURE_CONFIG } from '../../src/figures/style.js';

const lengths = [256, 512, 1024];
const oneSeries = (label: string) => ({
  contextLengths: lengths,
  series: [{ label, totalBytes: Float64Array.from([1e9, 2e9, 2 ** 32]) }],
});

describe('the figure', () => {
  it('is plain JSON', () => {
    const figure = contextFigure(oneSeries('a'));
    expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
  });

  it('shows bytes in the units of its axis, and exactly beside them', () => {
    const decimal = contextFigure(oneSeries('a'));
    expect(decimal.data[0]?.y).toEqual([1, 2, 4.294967296]);
    const binary = contextFigure(oneSeries('a'), { ...DEFAULT_STYLE, units: 'binary' });
    expect(binary.data[0]?.y[2]).toBe(4);
    expect(binary.layout).toMatchObject({ yaxis: { title: { text: 'Total KV cache (GiB)' } } });
    expect(binary.data[0]?.customdata).toEqual([1e9, 2e9, 2 ** 32]);
  });

  it('shows every label and title as text, whatever markup it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const figure = contextFigure(oneSeries(text), { ...DEFAULT_STYLE, title: text });
        const title = (figure.layout.title as { readonly text: string }).text;
        for (const shown of [figure.data[0]?.name ?? '', title]) {
          expect(shown).not.toMatch(/[<>]/);
          expect(shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')).toBe(text);
        }
      }),
    );
  });

  it('tells every line of the first eight apart by colour and by marker', () => {
    const series = Array.from({ length: 8 }, (_, index) => ({
      label: `${index}`,
      totalBytes: Float64Array.from([1, 2, 3]),
    }));
    const { data } = contextFigure({ contextLengths: lengths, series });
    expect(new Set(data.map(({ line }) => line.color)).size).toBe(8);
    expect(new Set(data.map(({ marker }) => marker?.symbol)).size).toBe(8);
  });

  it('labels a logarithmic context axis with the lengths, and never with too many', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 100 }),
        (many) => {
          const { layout } = contextFigure({ contextLengths: many, series: [] });
          const { tickvals } = layout.xaxis as { readonly tickvals: readonly number[] };
          expect(tickvals.length).toBeLessThanOrEqual(12);
          expect(tickvals).toContain(Math.max(...many));
          expect(many).toEqual(expect.arrayContaining([...tickvals]));
        },
      ),
    );
  });

  it('has its legend below and fewer labels where there is little room', () => {
    const many = {
      ...oneSeries('a'),
      contextLengths: Array.from({ length: 10 }, (_, index) => 2 ** (index + 8)),
    };
    const { layout } = contextFigure(many, { ...DEFAULT_STYLE, size: 'narrow' });
    expect(layout.legend).toMatchObject({ y: -0.3 });
    const { tickvals } = layout.xaxis as { readonly tickvals: readonly number[] };
    expect(tickvals).toHaveLength(5);
  });

  it('has axes as the style says', () => {
    const style = { ...DEFAULT_STYLE, logX: false, logY: true };
    expect(contextFigure(oneSeries('a'), style).layout).toMatchObject({
      xaxis: { type: 'linear', title: { text: 'context_length' } },
      yaxis: { type: 'log' },
    });
  });

  it('is shown without an offer to send it anywhere', () => {
    expect(FIGURE_CONFIG).toMatchObject({ showSendToCloud: false, plotlyServerURL: '' });
  });

  it('draws capacities across the figure, and points out a context length', () => {
    const { data, layout } = contextFigure(oneSeries('a'), DEFAULT_STYLE, {
      capacities: [{ label: 'GPU <1>', bytes: 24e9 }],
      contextLength: 512,
    });
    expect(data.at(-1)).toMatchObject({
      name: 'GPU &lt;1&gt;',
      mode: 'lines',
      x: [256, 1024],
      y: [24, 24],
      customdata: [24e9, 24e9],
    });
    expect(layout.shapes).toMatchObject([{ x0: 512, x1: 512 }]);
  });

  it('labels a logarithmic memory axis with round sizes, and never with too many', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
      minLength: 3,
      maxLength: 3,
    });
    fc.assert(
      fc.property(sizes, fc.constantFrom('decimal' as const, 'binary' as const), (bytes, units) => {
        const series = [{ label: 'a', totalBytes: Float64Array.from(bytes) }];
        const style = { ...DEFAULT_STYLE, logY: true, units };
        const { layout } = contextFigure({ contextLengths: lengths, series }, style);
        const { tickvals, ticktext } = layout.yaxis as {
          readonly tickvals: readonly number[];
          readonly ticktext: readonly string[];
        };
        expect(tickvals.length).toBeGreaterThan(0);
        expect(tickvals.length).toBeLessThanOrEqual(12);
        expect(tickvals).toEqual([...tickvals].sort((one, other) => one - other));
        for (const text of ticktext) {
          expect(text).toMatch(/^\d+ ([kMGTP]|[KMGTP]i)?B$/);
        }
      }),
    );
  });

  it('has its title in as many lines as it takes, and room for them and the line below', () => {
    const layoutOf = (title: string, subtitle = '') =>
      contextFigure(oneSeries('GQA'), { ...DEFAULT_STYLE, title, subtitle }).layout as {
        readonly title: { readonly text: string; readonly subtitle?: { readonly text: string } };
        readonly margin: { readonly t: number };
      };
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,120}$/), { minLength: 1 }), (words) => {
        const { title, margin } = layoutOf(words.join(' '));
        const lines = title.text.split('<br>');
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(90);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
        expect(margin.t).toBeGreaterThanOrEqual(layoutOf('short').margin.t + 18 * (lines.length - 1));
      }),
    );
    const { title, margin } = layoutOf('short', '(a < b)');
    expect(title.subtitle?.text).toBe('(a &lt; b)');
    expect(margin.t).toBeGreaterThan(layoutOf('short').margin.t);
    expect(layoutOf('short').title).not.toHaveProperty('subtitle');
  });

  it('marks no length whose label would touch that of the next', () => {
    const ticksOf = (lengths: readonly number[]) =>
      (
        contextFigure({ ...oneSeries('GQA'), contextLengths: lengths }).layout.xaxis as {
          readonly ticktext: readonly string[];
        }
      ).ticktext;
    const doubling = Array.from({ length: 10 }, (_, power) => 256 * 2 ** power);
    expect(ticksOf(doubling)).toHaveLength(10);
    expect(ticksOf([...doubling, 163_840]).slice(-3)).toEqual(['32k', '64k', '160k']);
  });
});
