import { describeLayers, type EqualLayers, equalLayers, layerLabel, type Model, rangesText } from '@kv/core';
import kleur from 'kleur';
import type { FormatOptions } from '../flags/options.js';
import { modelFrom } from '../input/model.js';
import type { Column } from '../render/column.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { grouped } from '../render/numbers.js';
import { printSummary } from '../render/summary.js';
import { renderTable } from '../render/table.js';
import { printable } from '../terminal/printable.js';
import { print, printLines, terminalWidth, warningLines } from '../terminal/terminal.js';

/** `kv inspect`: what each layer of a model remembers. */
export async function inspectCommand(argument: string, options: FormatOptions): Promise<void> {
  const format = formatOf(options);
  const model = await modelFrom(argument, { weights: format === 'json' });
  const groups = equalLayers(model.layers);
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

const COLUMNS: readonly Column<EqualLayers>[] = [
  { title: 'Remembers', align: 'left', cell: ({ label }) => label },
  { title: 'Layers', align: 'right', cell: ({ indices }) => grouped(indices.length) },
  { title: 'Which', align: 'left', cell: ({ indices }) => rangesText(indices) },
];

function report(model: Model, groups: readonly EqualLayers[]): readonly string[] {
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
