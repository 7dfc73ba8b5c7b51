import type { Fit } from '../fit/fit.js';
import { formatBytes } from '../text/units.js';
import { rowAxis } from './rows.js';
import {
  baseAxis,
  baseLayout,
  type Figure,
  type FigureStyle,
  legendBelow,
  memoryUnit,
  THEMES,
} from './style.js';

/** What is to share the memory of one device, in bytes. */
export interface FitBar extends Pick<Fit, 'memoryBytes' | 'usableBytes' | 'weightBytes' | 'overheadBytes'> {
  readonly label: string;
  /** The cache of the workload on the device that holds the most, whether it fits or not. */
  readonly cacheBytes: number;
}

/** One use of memory, over all bars. */
export interface FitTrace {
  readonly type: 'bar';
  readonly orientation: 'h';
  readonly name: string;
  /** Memory in GB or GiB, as the axis says. */
  readonly x: readonly number[];
  /** The bar's place, from 0. */
  readonly y: readonly number[];
  /** Memory in bytes, exact. */
  readonly customdata: readonly number[];
  readonly text: readonly string[];
  readonly textposition: 'none';
  readonly hovertemplate: string;
  readonly marker: {
    readonly color: string;
    readonly line: { readonly color: string; readonly width: number };
  };
}

const PARTS = [
  { name: 'weights', color: '#8c6bb1', bytes: ({ weightBytes }: FitBar) => weightBytes },
  { name: 'overhead', color: '#7f7f7f', bytes: ({ overheadBytes }: FitBar) => overheadBytes },
  { name: 'KV cache', color: '#0072b2', bytes: ({ cacheBytes }: FitBar) => cacheBytes },
] as const;

/** What each row needs of one device, stacked, beside an upright mark where the memory that may be used ends. */
export function fitFigure(bars: readonly FitBar[], style: FigureStyle): Figure<FitTrace> {
  const unit = memoryUnit(style.units);
  const theme = THEMES[style.theme];
  const places = bars.map((_, index) => index);
  const data = PARTS.map(({ name, color, bytes }): FitTrace => {
    const sizes = bars.map(bytes);
    return {
      type: 'bar',
      orientation: 'h',
      name,
      x: sizes.map((size) => size / unit.bytes),
      y: places,
      customdata: sizes,
      text: sizes.map((size) => formatBytes(size, style.units)),
      textposition: 'none',
      hovertemplate: `${name}: %{text} (%{customdata:,} bytes)<extra></extra>`,
      marker: { color, line: { color: theme.paper, width: 1 } },
    };
  });
  return {
    data,
    layout: {
      ...baseLayout(style),
      legend: legendBelow(style),
      barmode: 'stack',
      bargap: 0.4,
      xaxis: {
        ...baseAxis(style),
        title: { text: `Memory of one device (${unit.name})` },
        rangemode: 'tozero',
      },
      yaxis: rowAxis(
        bars.map(({ label }) => label),
        style,
      ),
      shapes: bars.map(({ usableBytes }, index) => ({
        ...{ type: 'line', x0: usableBytes / unit.bytes, x1: usableBytes / unit.bytes },
        ...{ y0: index - 0.4, y1: index + 0.4, line: { color: theme.ink, width: 3 } },
      })),
      annotations: bars.map(({ usableBytes }, index) => ({
        ...{ x: usableBytes / unit.bytes, y: index - 0.4, yanchor: 'bottom', showarrow: false },
        text: formatBytes(usableBytes, style.units),
        font: { color: theme.muted },
      })),
    },
  };
}
