import {
  batchFigure,
  batchGrid,
  batchTable,
  contextFigure,
  designsTitle,
  doublingLengths,
  type FigureStyle,
  figureTable,
  formatTokens,
  InputError,
  layerLabel,
  layersFigure,
  layersTable,
  multiHeadEquivalent,
  parseTokens,
  poolsFigure,
  poolsTable,
  SEED_CONTEXT_RANGE,
  savingsFigure,
  savingsTable,
  sweep,
  totalBytesByContext,
} from '@kv/core';
import type { State } from '../state/state.js';
import type { EstimatedCase } from './cases.js';
import type { ChartParts, ChartView, Look, UntitledStyle } from './chart.js';
import { capacitiesOf, contoursOf, fitChart } from './fits.js';

/**
 * The chart that a state asks for.
 *
 * @param cases at least one.
 * @throws InputError for a range of context lengths that makes no sense.
 */
export function chartOf(cases: readonly EstimatedCase[], state: State, look: Look): ChartView {
  const style = {
    logX: state.xAxis === 'log',
    logY: state.yAxis === 'log',
    units: unitsOf(state),
    ...look,
  } as const;
  const lengths = lengthsOf(cases, state);
  return { ...partsOf(cases, lengths, state, style), chart: state.chart, lengths };
}

function partsOf(
  cases: readonly EstimatedCase[],
  lengths: readonly number[],
  state: State,
  style: UntitledStyle,
): ChartParts {
  switch (state.chart) {
    case 'context':
      return contextChart(cases, lengths, state, style);
    case 'batch':
      return batchChart(cases[Number(state.series) - 1] ?? firstOf(cases), lengths, state, style);
    case 'fit':
      return fitChart(cases, state, style);
    case 'pools':
      return poolsChart(cases, style);
    case 'savings':
      return savingsChart(cases, style);
    case 'layers':
      return layersChart(cases, style);
  }
}

function contextChart(
  cases: readonly EstimatedCase[],
  lengths: readonly number[],
  state: State,
  style: UntitledStyle,
): ChartParts {
  const result = sweep(cases, lengths);
  const { contextLength, numSequences } = firstOf(cases).workload;
  const title = cases.every(({ kind }) => kind !== undefined)
    ? designsTitle(cases.map(({ kind }) => kind))
    : `KV cache against context length${numSequences === 1 ? '' : `, ${numSequences} sequences`}`;
  return {
    figure: contextFigure(
      result,
      { ...style, title },
      { contextLength, capacities: capacitiesOf(cases, state) },
    ),
    table: figureTable(result, style.units),
    data: {
      numSequences,
      contextLengths: lengths,
      series: result.series.map(({ label, totalBytes }) => ({ label, totalBytes: Array.from(totalBytes) })),
    },
  };
}

/** Sequences of the map: doubling from 1 to at least this many. */
const MAP_SEQUENCES = 256;

function batchChart(
  item: EstimatedCase,
  lengths: readonly number[],
  state: State,
  style: UntitledStyle,
): ChartParts {
  const sequences = doublingLengths(1, Math.max(MAP_SEQUENCES, item.workload.numSequences));
  const grid = batchGrid(item, lengths, sequences);
  const contours = contoursOf(item, lengths, state);
  const title = `KV cache of ${item.label}`;
  return {
    figure: batchFigure(grid, contours, { ...style, title }),
    table: batchTable(grid, contours, style.units),
    data: {
      label: item.label,
      capacities: contours,
      contextLengths: grid.contextLengths,
      numSequences: grid.numSequences,
      totalBytes: grid.totalBytes.map((row) =>
        Array.from(row, (bytes) => (Number.isNaN(bytes) ? null : bytes)),
      ),
    },
  };
}

function poolsChart(cases: readonly EstimatedCase[], style: UntitledStyle): ChartParts {
  const rows = cases.map(({ label, allocation: { pools } }) => ({ label, pools }));
  return {
    figure: poolsFigure(rows, { ...style, title: `KV cache by kind of layer, ${workloadText(cases)}` }),
    table: poolsTable(rows, style.units),
    data: cases.map(({ label, workload, allocation }) => ({ label, workload, ...allocation })),
  };
}

function savingsChart(cases: readonly EstimatedCase[], style: UntitledStyle): ChartParts {
  const rows = cases.map(({ label, model, workload, allocation }) => {
    const equivalent = multiHeadEquivalent(model);
    return {
      label,
      bytes: allocation.totalBytes,
      multiHeadBytes:
        equivalent === undefined
          ? undefined
          : totalBytesByContext(equivalent, workload)(workload.contextLength),
    };
  });
  return {
    figure: savingsFigure(rows, {
      ...style,
      title: `Saved against multi-head attention, ${workloadText(cases)}`,
    }),
    table: savingsTable(rows, style.units),
    data: rows,
  };
}

function layersChart(cases: readonly EstimatedCase[], style: UntitledStyle): ChartParts {
  return {
    figure: layersFigure(cases, { ...style, title: 'What each layer remembers' }),
    table: layersTable(cases, style.units),
    data: cases.map(({ label, model }) => ({
      label,
      layers: model.layers.map((layer, index) => ({ index, label: layerLabel(layer), ...layer })),
    })),
  };
}

/** The context lengths that are drawn: as asked, else up to what the models allow and the slider shows. */
function lengthsOf(cases: readonly EstimatedCase[], { minContext, maxContext }: State): readonly number[] {
  const longest = Math.max(
    ...cases.map(({ model, workload }) =>
      Math.max(model.maxPositionEmbeddings ?? SEED_CONTEXT_RANGE.maximum, workload.contextLength),
    ),
  );
  const maximum = maxContext === '' ? longest : parseTokens(maxContext, 'max-context');
  const minimum =
    minContext === ''
      ? Math.min(SEED_CONTEXT_RANGE.minimum, maximum)
      : parseTokens(minContext, 'min-context');
  if (minimum > maximum) {
    throw new InputError(
      `min-context is ${formatTokens(minimum)}; it must be at most the longest context, ${formatTokens(maximum)}.`,
    );
  }
  return doublingLengths(minimum, maximum);
}

function workloadText(cases: readonly EstimatedCase[]): string {
  const { contextLength, numSequences } = firstOf(cases).workload;
  return `${formatTokens(contextLength)} tokens${numSequences === 1 ? '' : ` x ${numSequences} sequences`}`;
}

function unitsOf({ units }: State): FigureStyle['units'] {
  return units === 'GB' ? 'decimal' : 'binary';
}

function firstOf(cases: readonly EstimatedCase[]): EstimatedCase {
  const [first] = cases;
  if (first === undefined) {
    throw new Error('A chart of nothing was asked for.');
  }
  return first;
}
