import { describe, expect, it } from 'vitest';
import { DEFAULT_STYLE } from '../../src/figures/context.js';
import { fitFigure } from '../../src/figures/fit.js';

describe('the bars of what shares a memory', () => {
  it('stack weights, overhead and cache, and mark where the usable memory ends', () => {
    const { data, layout } = fitFigure(
      [
        {
          label: '<b>',
          memoryBytes: 80e9,
          usableBytes: 72e9,
          weightBytes: 16e9,
          overheadBytes: 2e9,
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
    expect(layout).toMatchObject({
      barmode: 'stack',
      shapes: [{ x0: 72, x1: 72 }],
      annotations: [{ text: '72.0 GB' }],
      yaxis: { ticktext: ['&lt;b&gt; '] },
    });
  });
});
