import type { Pool } from '../estimate/estimate.js';
import { type ByteUnits, formatBytes } from '../text/units.js';
import { ROW_BARS, rowAxis, type TouchingBars, touching } from './rows.js';
import {
  baseAxis,
  baseLayout,
  escapeText,
  type Figure,
  type FigureStyle,
  kindColor,
  legendBelow,
  memoryUnit,
  THEMES,
} from './style.js';
import { type FigureTable, sizeCell } from './table.js';

/** What a case takes, pool by pool. */
export interface PoolsRow {
  readonly label: string;
  readonly pools: readonly Pool[];
}

/** One kind of pool over all rows; rows without it have 0. */
export interface PoolsTrace extends TouchingBars {
  /** Memory in GB or GiB, as the axis says. */
  readonly x: readonly number[];
  /** Memory in bytes, exact. */
  readonly customdata: readonly number[];
}

/** Stacked bars of what each kind of layer takes: a bar for each row, a colour for each pool. */
export function poolsFigure(rows: readonly PoolsRow[], style: FigureStyle): Figure<PoolsTrace> {
  const unit = memoryUnit(style.units);
  const theme = THEMES[style.theme];
  const data = poolNames(rows).map((name): PoolsTrace => {
    const pools = rows.map((row) => row.pools.find((pool) => pool.name === name));
    return {
      ...ROW_BARS,
      name: escapeText(name),
      x: pools.map((pool) => (pool?.bytes ?? 0) / unit.bytes),
      y: rows.map((_, index) => index),
      customdata: pools.map((pool) => pool?.bytes ?? 0),
      hovertext: pools.map((pool, index) =>
        pool === undefined ? '' : hoverText(rows[index]?.label ?? '', pool, style),
      ),
      marker: touching(kindColor(name), style),
    };
  });
  const labels = rows.map(({ label }) => label);
  return {
    data,
    layout: {
      ...baseLayout(style),
      legend: legendBelow(style),
      barmode: 'stack',
      bargap: 0.35,
      xaxis: { ...baseAxis(style), title: { text: `KV cache (${unit.name})` }, rangemode: 'tozero' },
      yaxis: rowAxis(labels, style),
      annotations: rows.map(({ pools }, index) => ({
        x: sumOf(pools) / unit.bytes,
        y: index,
        text: ` ${formatBytes(sumOf(pools), style.units)}`,
        ...{ showarrow: false, xanchor: 'left', font: { color: theme.ink } },
      })),
    },
  };
}

function hoverText(label: string, pool: Pool, { units }: FigureStyle): string {
  const layers = `${pool.layers} ${pool.layers === 1 ? 'layer' : 'layers'}`;
  return [
    `${escapeText(label)}: ${escapeText(pool.name)}`,
    `${formatBytes(pool.bytes, units)} (${pool.bytes.toLocaleString('en')} bytes) in ${layers}`,
    ...pool.explanation.map(escapeText),
  ].join('<br>');
}

/** The numbers of a figure of pools: a column for each pool, then all of them together. */
export function poolsTable(rows: readonly PoolsRow[], units: ByteUnits): FigureTable {
  const names = poolNames(rows);
  return {
    caption: 'What each kind of layer takes',
    heads: ['Model', ...names, 'Total'],
    rows: rows.map(({ label, pools }) => ({
      head: label,
      cells: [
        ...names.map((name) => {
          const pool = pools.find((known) => known.name === name);
          return pool === undefined
            ? { text: '-', note: '' }
            : sizeCell(pool.bytes, units, `${pool.layers} ${pool.layers === 1 ? 'layer' : 'layers'}`);
        }),
        sizeCell(sumOf(pools), units),
      ],
    })),
  };
}

function poolNames(rows: readonly PoolsRow[]): readonly string[] {
  return [...new Set(rows.flatMap(({ pools }) => pools.map(({ name }) => name)))];
}

function sumOf(pools: readonly Pool[]): number {
  return pools.reduce((total, { bytes }) => total + bytes, 0);
}
