import { DEFAULT_WORKLOAD, type Workload } from '../deployment/workload.js';
import { ideal } from '../engines/ideal/engine.js';
import { estimate } from '../estimate/estimate.js';
import { equalLayers, layerKind, rangesText } from '../model/describe.js';
import { type Layer, memoriesOf } from '../model/layer.js';
import type { Model } from '../model/model.js';
import { type ByteUnits, formatBytes, formatTokens } from '../text/units.js';
import { ROW_BARS, rowAxis, type TouchingBars, touching } from './rows.js';
import {
  baseAxis,
  baseLayout,
  escapeText,
  type Figure,
  type FigureStyle,
  kindColor,
  legendBelow,
} from './style.js';
import { type FigureTable, sizeCell } from './table.js';

/** A model whose layers are shown, and how it is used. */
export interface LayersRow {
  readonly label: string;
  readonly model: Model;
  readonly workload: Workload;
}

/** All layers of one kind, over all rows; a bar of length 1 for each layer. */
export interface LayersTrace extends TouchingBars {
  readonly base: readonly number[];
}

/**
 * A strip for each row: its layers from the first to the last, in the colour of what they remember. Sizes are those of
 * one sequence by the theory (the engine `ideal`), on one device.
 */
export function layersFigure(rows: readonly LayersRow[], style: FigureStyle): Figure<LayersTrace> {
  const traces = new Map<string, { color: string; base: number[]; y: number[]; hovertext: string[] }>();
  rows.forEach(({ label, model, workload }, y) => {
    for (const { layer, label: remembers, indices } of equalLayers(model.layers)) {
      const kind = layerKind(layer);
      const color = kindColor(memoriesOf(layer)[0]?.kind ?? 'none');
      const trace = traces.get(kind) ?? { color, base: [], y: [], hovertext: [] };
      traces.set(kind, trace);
      const size = formatBytes(layerBytes(layer, model, workload), style.units);
      for (const index of indices) {
        trace.base.push(index);
        trace.y.push(y);
        trace.hovertext.push(
          `${escapeText(label)}, layer ${index}<br>${escapeText(remembers)}<br>${size} at ${formatTokens(workload.contextLength)} tokens`,
        );
      }
    }
  });
  return {
    data: [...traces].map(
      ([kind, { color, base, y, hovertext }]): LayersTrace => ({
        ...ROW_BARS,
        name: escapeText(kind),
        base,
        x: base.map(() => 1),
        y,
        hovertext,
        marker: touching(color, style),
      }),
    ),
    layout: {
      ...baseLayout(style),
      legend: legendBelow(style),
      barmode: 'overlay',
      bargap: 0.35,
      xaxis: {
        ...baseAxis(style),
        title: { text: 'Layer' },
        showgrid: false,
        range: [0, Math.max(1, ...rows.map(({ model }) => model.layers.length))],
      },
      yaxis: rowAxis(
        rows.map(({ label }) => label),
        style,
      ),
    },
  };
}

/** The layers of each row as a table: equal ones in one line, with what each of them takes. */
export function layersTable(rows: readonly LayersRow[], units: ByteUnits): FigureTable {
  return {
    caption: 'What each layer remembers, and takes for one sequence by the theory',
    heads: ['Model', 'Layers', 'Which', 'Remembers', 'Each', 'Together'],
    rows: rows.flatMap(({ label, model, workload }) =>
      equalLayers(model.layers).map(({ layer, label: remembers, indices }) => {
        const bytes = layerBytes(layer, model, workload);
        return {
          head: label,
          cells: [
            { text: String(indices.length), note: '' },
            { text: rangesText(indices), note: '' },
            { text: remembers, note: '' },
            sizeCell(bytes, units),
            sizeCell(bytes * indices.length, units),
          ],
        };
      }),
    ),
  };
}

/** What a layer takes by itself; a cache that it shares belongs to the layer that fills it. */
function layerBytes(layer: Layer, model: Model, { contextLength, keyDtype, valueDtype }: Workload): number {
  const parts = memoriesOf(layer).filter(({ kind }) => kind !== 'shared');
  const alone: Model = { ...model, numHiddenLayers: 1, layers: [{ kind: 'composite', parts }] };
  return estimate(alone, { ...DEFAULT_WORKLOAD, contextLength, keyDtype, valueDtype }, ideal).totalBytes;
}
