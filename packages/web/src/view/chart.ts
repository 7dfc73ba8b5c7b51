import type { Figure, FigureStyle, FigureTable } from '@kv/core';
import type { Chart } from '../state/state.js';

/** A chart: its figure, the same numbers as a table, and as data with exact bytes. */
export interface ChartView extends ChartParts {
  readonly chart: Chart;
  /** The context lengths that the charts over them go through. */
  readonly lengths: readonly number[];
}

/** What each kind of chart makes. */
export interface ChartParts {
  readonly figure: Figure;
  readonly table: FigureTable;
  readonly data: unknown;
  /** What a reader must know of it. */
  readonly notes?: readonly string[];
}

/** How a figure is to look on this device. */
export type Look = Pick<FigureStyle, 'theme' | 'size'>;

export type UntitledStyle = Omit<FigureStyle, 'title'>;
