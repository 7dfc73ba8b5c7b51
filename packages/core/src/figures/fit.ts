import type { DeviceBudget } from '../deployment/budget.js';
import { exactly, type Quantity } from '../text/quantity.js';
import { formatBytes } from '../text/units.js';
import { rowAxis, type TouchingBars, touching } from './rows.js';
import {
  baseAxis,
  baseLayout,
  escapeText,
  type Figure,
  type FigureStyle,
  legendBelow,
  memoryUnit,
  THEMES,
} from './style.js';

/** What is to share the memory of one device. */
export interface FitBar {
  readonly label: string;
  /** Of the device that has the least left. */
  readonly budget: DeviceBudget;
  /** The cache of the workload on the device that holds the most, in bytes, whether it fits or not. */
  readonly cacheBytes: number;
}

/** One use of memory, over all bars; 0 in those that have none of it. */
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
  readonly marker: TouchingBars['marker'];
}

const CACHE = { name: 'KV cache', color: '#0072b2' } as const;

/** Parts that most engines have, in a colour of their own; others have the next of the rest. */
const COLORS: Readonly<Record<string, string>> = { weights: '#8c6bb1', overhead: '#7f7f7f' };
const OTHER_COLORS = ['#e69f00', '#cc79a7', '#009e73', '#56b4e9', '#d55e00', '#7f7f7f'] as const;

/**
 * What each row needs of one device, stacked, beside an upright mark where the memory that may be used ends. A line along
 * the bar goes from where it ends if the least is needed beside the cache to where it ends if the most is.
 */
export function fitFigure(bars: readonly FitBar[], style: FigureStyle): Figure<FitTrace> {
  const unit = memoryUnit(style.units);
  const theme = THEMES[style.theme];
  const places = bars.map((_, index) => index);
  const trace = (name: string, color: string, sizes: readonly Quantity[]): FitTrace => ({
    type: 'bar',
    orientation: 'h',
    name: escapeText(name),
    x: sizes.map(({ bytes }) => bytes / unit.bytes),
    y: places,
    customdata: sizes.map(({ bytes }) => bytes),
    text: sizes.map((size) => rangeText(size, style)),
    textposition: 'none',
    hovertemplate: `${escapeText(name)}: %{text} (%{customdata:,} bytes)<extra></extra>`,
    marker: touching(color, style),
  });
  const names = [...new Set(bars.flatMap(({ budget }) => budget.parts.map(({ name }) => name)))];
  const others = names.filter((name) => COLORS[name] === undefined);
  const colorOf = (name: string) =>
    COLORS[name] ?? OTHER_COLORS[others.indexOf(name) % OTHER_COLORS.length] ?? theme.muted;
  const ranges = bars.map((bar, index) => ({ index, ...neededRange(bar) }));
  return {
    data: [
      ...names.map((name) =>
        trace(
          name,
          colorOf(name),
          bars.map(({ budget }) => partNamed(budget, name)),
        ),
      ),
      trace(
        CACHE.name,
        CACHE.color,
        bars.map(({ cacheBytes }) => exactly(cacheBytes)),
      ),
    ],
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
      shapes: [
        ...bars.map(({ budget: { usable } }, index) => ({
          ...{ type: 'line', x0: usable.bytes / unit.bytes, x1: usable.bytes / unit.bytes },
          ...{ y0: index - 0.4, y1: index + 0.4, line: { color: theme.ink, width: 3 } },
        })),
        ...ranges
          .filter(({ low, high }) => low < high)
          .map(({ index, low, high }) => ({
            ...{ type: 'line', x0: low / unit.bytes, x1: high / unit.bytes },
            ...{ y0: index, y1: index, line: { color: theme.ink, width: 2 } },
          })),
      ],
      annotations: bars.map(({ budget: { usable } }, index) => ({
        ...{ x: usable.bytes / unit.bytes, y: index - 0.4, yanchor: 'bottom', showarrow: false },
        text: formatBytes(usable.bytes, style.units),
        font: { color: theme.muted },
      })),
    },
  };
}

function partNamed({ parts }: DeviceBudget, name: string): Quantity {
  return parts.find((part) => part.name === name) ?? exactly(0);
}

/** Where the bar ends at the ends of what is available, as they are calibrated. */
function neededRange({ budget: { usable, available }, cacheBytes }: FitBar): {
  readonly low: number;
  readonly high: number;
} {
  const at = (left: number) => usable.bytes - left + cacheBytes;
  return { low: at(available.high), high: at(available.low) };
}

function rangeText({ bytes, low, high }: Quantity, { units }: FigureStyle): string {
  const text = formatBytes(bytes, units);
  return low === high ? text : `${text}, ${formatBytes(low, units)} to ${formatBytes(high, units)}`;
}
