import { describe, expect, it } from 'vitest';
import { DEFAULT_STYLE } from '../../src/figures/context.js';
import { fitFigure } from '../../src/figures/fit.js';
import { exactly } from '../../src/text/quantity.js';

describe('the bars of what shares a memory', () => {
  it('stack the parts and the cache, and mark where the usable memory ends and what is not sure', () => {
    const assumed = { bytes: 2e9, low: 1e9, high: 6e9, how: 'assumed' } as const;
    const { data, layout } = fitFigure(
      [
        {
          label: '<b>',
          budget: {
            where: 'device',
            copies: 1,
            total: exactly(80e9),
            usable: exactly(72e9),
            parts: [
              { name: 'weights', ...exactly(16e9), explanation: [], source: '' },
              { name: 'overhead', ...assumed, explanation: [], source: '' },
            ],
            available: { bytes: 54e9, low: 50e9, high: 55e9, how: 'assumed' },
          },
          cacheBytes: 17e9,
        },
      ],
      DEFAULT_STYLE,
    );
    expect(data.map(({ name, x, customdata }) => [name, ...x, ...customdata])).toEqual([
      ['weights', 16, 16e9],
      ['overhead', 2, 2e9],
      ['KV cache', 17, 17e9],
    ]);
    expect(data[1]?.text).toEqual(['2.00 GB, 1.00 GB to 6.00 GB']);
    expect(layout).toMatchObject({
      barmode: 'stack',
      shapes: [
        { x0: 72, x1: 72 },
        { x0: 34, x1: 39, y0: 0, y1: 0 },
      ],
      annotations: [{ text: '72.0 GB' }],
      yaxis: { ticktext: ['&lt;b&gt; '] },
    });
  });
});
