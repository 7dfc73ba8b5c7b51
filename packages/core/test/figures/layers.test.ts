import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { estimate } from '../../src/estimate/estimate.js';
import { DEFAULT_STYLE } from '../../src/figures/context.js';
import { layersFigure, layersTable } from '../../src/figures/layers.js';
import { model, modelOf } from '../arbitraries.js';

describe('the strip of layers', () => {
  it('has one piece for each layer of each model', () => {
    fc.assert(
      fc.property(fc.array(model, { minLength: 1, maxLength: 4 }), (models) => {
        const rows = models.map((any, index) => ({
          label: `${index}`,
          model: any,
          workload: DEFAULT_WORKLOAD,
        }));
        const { data } = layersFigure(rows, DEFAULT_STYLE);
        const pieces = data.flatMap(({ base, y }) => base.map((layer, place) => `${y[place]}:${layer}`));
        expect(pieces.sort()).toEqual(
          models.flatMap((any, row) => any.layers.map((_, layer) => `${row}:${layer}`)).sort(),
        );
      }),
    );
  });

  it('says what each layer takes, and all of them together what the theory says of the model', () => {
    fc.assert(
      fc.property(model, (any) => {
        const { rows } = layersTable([{ label: 'a', model: any, workload: DEFAULT_WORKLOAD }], 'binary');
        const together = rows.reduce((sum, { cells }) => sum + (cells.at(-1)?.bytes ?? 0), 0);
        expect(together).toBe(estimate(any, DEFAULT_WORKLOAD).totalBytes);
      }),
    );
  });

  it('counts a shared cache where it is filled, and shows hostile names as text', () => {
    const heads = { numKeyValueHeads: 1, keyHeadDim: 32, valueHeadDim: 32 };
    const shared = modelOf([
      { kind: 'full', ...heads },
      { kind: 'shared', sharesWith: 0 },
    ]);
    const rows = [{ label: '<script>', model: shared, workload: DEFAULT_WORKLOAD }];
    expect(layersTable(rows, 'binary').rows.map(({ cells }) => cells.at(-1)?.bytes)).toEqual([
      4096 * 64 * 2,
      0,
    ]);
    const figure = layersFigure(rows, DEFAULT_STYLE);
    expect(JSON.stringify(figure)).not.toContain('<script>');
    expect(figure.data.map(({ name, marker }) => [name, marker.color])).toEqual([
      ['full', '#0072b2'],
      ['shared', '#b8bec5'],
    ]);
  });
});
