import type { Sweep } from '../estimate/sweep.js';
import { formatBytes } from '../text/units.js';
import { contextFigure } from './context.js';
import { spread } from './spread.js';
import { type FigureStyle, memoryUnit } from './style.js';
import { sizeTicks } from './ticks.js';

/** Sizes in CSS pixels: of the figure around its area, Plotly's buttons above the labels included, and between labels. */
const MARGIN = { t: 36, b: 52, l: 84 } as const;
const LABEL_GAP = { few: 17, many: 12 } as const;
const LABEL_FONT = { few: 12, many: 9.5 } as const;
const LEAST_HEIGHT = 400;

/** Up to this many series are drawn with markers and larger labels. */
const FEW = 12;

/** Characters of a label; longer ones lose their middle, since names differ in how they begin and end. */
const MAX_LABEL = 36;

/** From the end of a line to its label, in CSS pixels. */
const LEADER = 26;

/**
 * Memory against context length for many series, both axes logarithmic: instead of in a legend, each series is named
 * at the right end of its line, with its size there; labels move apart where lines end close together. The figure is
 * as high as the labels need.
 */
export function labelledContextFigure(sweep: Sweep, style: FigureStyle): ReturnType<typeof contextFigure> {
  const { data, layout } = contextFigure(sweep, { ...style, logX: true, logY: true });
  const crowd = sweep.series.length <= FEW ? 'few' : 'many';
  const gap = LABEL_GAP[crowd];
  const area = Math.max(LEAST_HEIGHT - MARGIN.t - MARGIN.b, sweep.series.length * gap);
  const [low, high] = logRange(
    data.flatMap(({ y }) => y),
    0.04,
  );
  const ends = data
    .map(({ name, x, y, customdata, line }) => ({
      ...{ name, color: line.color, bytes: customdata.at(-1) ?? 0 },
      ...{ x: Math.log10(x.at(-1) ?? 1), y: logOf(y.at(-1) ?? 0, low) },
    }))
    .sort((one, other) => other.y - one.y);
  const wanted = ends.map(({ y }) => ((high - y) / (high - low)) * area);
  const places = spread(wanted, gap, area);
  const labels = ends.map(
    ({ name, bytes }) => `${shortened(name)}  <b>${formatBytes(bytes, style.units)}</b>`,
  );
  return {
    data: data.map((trace) => ({
      ...trace,
      line: { ...trace.line, width: crowd === 'few' ? 2 : 1.25 },
      marker: { symbol: 'circle', size: crowd === 'few' ? 5 : 3 },
    })),
    layout: {
      ...layout,
      height: area + MARGIN.t + MARGIN.b,
      margin: {
        ...MARGIN,
        r:
          Math.max(...labels.map((text) => text.length - '<b></b>'.length)) * LABEL_FONT[crowd] * 0.56 +
          LEADER,
      },
      title: { text: '' },
      showlegend: false,
      xaxis: {
        ...(layout.xaxis as object),
        // Plotly's own range would make room for the labels inside the area.
        range: logRange(sweep.contextLengths, 0),
        ...{ title: axisTitle('tokens in each sequence'), tickangle: 0, automargin: false },
      },
      yaxis: {
        ...(layout.yaxis as object),
        ...{ title: axisTitle('KV cache'), range: [low, high], automargin: false },
        ...sizeTicks(...bytesOf(low, high, style), style.units, MAX_TICKS),
      },
      annotations: ends.map(({ x, y, color }, index) => ({
        ...{ x, y, text: labels[index], xanchor: 'left', yanchor: 'middle', align: 'left' },
        ...{ ax: LEADER, ay: (places[index] ?? 0) - (wanted[index] ?? 0), showarrow: true, arrowhead: 0 },
        ...{ arrowwidth: 0.75, arrowcolor: color, borderpad: 0, font: { size: LABEL_FONT[crowd] } },
      })),
    },
  };
}

/**
 * The range of a logarithmic axis that holds the positive values; a single one is in its middle.
 *
 * @param room at each end, as a part of the range.
 */
function logRange(values: readonly number[], room: number): readonly [number, number] {
  const positive = values.filter((value) => value > 0).map(Math.log10);
  const [low, high] = positive.length === 0 ? [0, 0] : [Math.min(...positive), Math.max(...positive)];
  const margin = low === high ? 0.5 : (high - low) * room;
  return [low - margin, high + margin];
}

function axisTitle(text: string): Readonly<Record<string, unknown>> {
  return { text, standoff: 6, font: { size: 12 } };
}

/** Marks of the memory axis. */
const MAX_TICKS = 10;

/** The ends of the memory axis in bytes. */
function bytesOf(low: number, high: number, { units }: FigureStyle): readonly [number, number] {
  const { bytes } = memoryUnit(units);
  return [bytes * 10 ** low, bytes * 10 ** high];
}

function logOf(value: number, low: number): number {
  return value > 0 ? Math.log10(value) : low;
}

/** Labels are escaped for Plotly, so none is cut in the middle of an entity. */
function shortened(label: string): string {
  const characters = label.match(/&[a-z]+;|./gsu) ?? [];
  const half = Math.floor(MAX_LABEL / 2);
  return characters.length <= MAX_LABEL
    ? label
    : [...characters.slice(0, half - 1), '…', ...characters.slice(-half)].join('');
}
