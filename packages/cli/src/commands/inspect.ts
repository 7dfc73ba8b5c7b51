import { describeLayers, type Layer, layerLabel, type Model } from '@kv/core';
import kleur from 'kleur';
import { modelFrom } from '../input/model.js';
import type { FormatOptions } from '../options.js';
import type { Column } from '../render/column.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { grouped } from '../render/numbers.js';
import { printable } from '../render/printable.js';
import { printSummary } from '../render/summary.js';
import { renderTable } from '../render/table.js';
import { print, printLines, terminalWidth, warningLines } from '../render/terminal.js';

/** `kv inspect`: what each layer of a model remembers. */
export async function inspectCommand(argument: string, options: FormatOptions): Promise<void> {
  const format = formatOf(options);
  const model = await modelFrom(argument);
  const groups = groupsOf(model.layers);
  switch (format) {
    case 'json':
      print(renderJson(inspectionJson(model)));
      return;
    case 'csv':
    case 'markdown':
      await printSummary(format, COLUMNS, groups);
      return;
    case 'text':
      printLines(report(model, groups));
  }
}

/** Layers that remember the same. */
interface Group {
  readonly label: string;
  readonly indices: readonly number[];
}

const COLUMNS: readonly Column<Group>[] = [
  { title: 'Remembers', align: 'left', cell: ({ label }) => label },
  { title: 'Layers', align: 'right', cell: ({ indices }) => grouped(indices.length) },
  { title: 'Which', align: 'left', cell: ({ indices }) => rangesText(indices) },
];

function report(model: Model, groups: readonly Group[]): readonly string[] {
  const { dtype, reason } = model.kvCacheDtype;
  return [
    `${kleur.bold(printable(model.name))}  ${kleur.dim(`${printable(model.architecture)}, ${model.numHiddenLayers} layers, KV cache in ${dtype} (${printable(reason)})`)}`,
    kleur.green(describeLayers(model)),
    '',
    renderTable(COLUMNS, groups, terminalWidth()),
    ...warningLines(model.warnings),
  ];
}

function inspectionJson(model: Model): Record<string, unknown> {
  const { id, name, source, architecture, layers, ...sizes } = model;
  return {
    model: { id, name, source, architecture },
    picture: describeLayers(model),
    ...sizes,
    layers: layers.map((layer, index) => ({ index, label: layerLabel(layer), ...layer })),
  };
}

function groupsOf(layers: readonly Layer[]): readonly Group[] {
  const indicesOf = new Map<string, number[]>();
  layers.forEach((layer, index) => {
    const label = layerLabel(layer);
    const indices = indicesOf.get(label);
    if (indices === undefined) {
      indicesOf.set(label, [index]);
    } else {
      indices.push(index);
    }
  });
  return [...indicesOf].map(([label, indices]) => ({ label, indices }));
}

/** More ranges than this fill a screen and say nothing. */
const MAX_RANGES = 12;

/** Ascending numbers as ranges: `0-4, 6-10, 12`. */
function rangesText(indices: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const index of indices) {
    const range = ranges.at(-1);
    if (range !== undefined && range.last === index - 1) {
      range.last = index;
    } else {
      ranges.push({ first: index, last: index });
    }
  }
  const texts = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return texts.length > MAX_RANGES
    ? `${texts.slice(0, MAX_RANGES).join(', ')}, ... ${texts.at(-1)}`
    : texts.join(', ');
}
