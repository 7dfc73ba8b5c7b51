import {
  DEFAULT_WORKLOAD,
  describeLayers,
  estimate,
  formatBytes,
  formatTokens,
  InputError,
  ideal,
  type Model,
} from '@kv/core';
import { type CatalogueEntry, modelFromEntry, nearestIds, searchCatalogue } from '@kv/core/catalogue';
import type { FormatOptions } from '../flags/options.js';
import type { Column } from '../render/column.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { printSummary } from '../render/summary.js';
import { renderTable } from '../render/table.js';
import { print, terminalWidth } from '../terminal/terminal.js';

/** Where a model names no longest context: what `kv estimate` assumes then. */
const DEFAULT_CONTEXT = 32_768;

/** `kv models`: what the catalogue has, of a name or architecture. */
export async function modelsCommand(words: readonly string[], options: FormatOptions): Promise<void> {
  const format = formatOf(options);
  const text = words.join(' ');
  const rows = searchCatalogue(text).map(rowOf);
  if (rows.length === 0) {
    throw nothingFound(text);
  }
  switch (format) {
    case 'json':
      print(renderJson({ models: rows.map(rowJson) }));
      return;
    case 'csv':
    case 'markdown':
      await printSummary(format, machineColumns(format), rows);
      return;
    case 'text':
      print(renderTable(columnsFor(rows, terminalWidth()), rows, terminalWidth()));
  }
}

/** A model with its cache for one sequence of its longest context, in its own dtype. */
interface Row {
  readonly entry: CatalogueEntry;
  readonly model: Model;
  readonly picture: string;
  readonly contextLength: number;
  readonly totalBytes: number;
  /** Of one more token at that length. */
  readonly bytesPerToken: number;
}

function rowOf(entry: CatalogueEntry): Row {
  const model = modelFromEntry(entry);
  const { dtype } = model.kvCacheDtype;
  const contextLength = model.maxPositionEmbeddings ?? DEFAULT_CONTEXT;
  const { totalBytes, bytesPerToken } = estimate(
    model,
    { ...DEFAULT_WORKLOAD, contextLength, keyDtype: dtype, valueDtype: dtype },
    ideal,
  );
  return { entry, model, picture: describeLayers(model), contextLength, totalBytes, bytesPerToken };
}

/** Blanks between the six columns, and the three of numbers. */
const NUMBERS_WIDTH = 40;
/** Less of a picture says nothing. */
const MIN_PICTURE_WIDTH = 16;
/** Longer names wrap, so that pictures stay. */
const MAX_NAME_WIDTH = 36;

/** On a narrower terminal, architectures make room for pictures. */
const ARCHITECTURE_FROM_WIDTH = 100;

/** Columns for people: pictures take the room that the others leave. */
function columnsFor(rows: readonly Row[], width: number): readonly Column<Row>[] {
  const longest = (cell: (row: Row) => string) => Math.max(...rows.map((row) => cell(row).length));
  const idOf = ({ model }: Row) => model.id;
  const architectures: readonly Column<Row>[] =
    width < ARCHITECTURE_FROM_WIDTH ? [] : [{ title: 'Architecture', align: 'left', cell: architectureOf }];
  const pictureWidth = Math.max(
    MIN_PICTURE_WIDTH,
    width -
      NUMBERS_WIDTH -
      Math.min(MAX_NAME_WIDTH, longest(idOf)) -
      (architectures.length > 0 ? longest(architectureOf) : 0),
  );
  return [
    { title: 'Model', align: 'left', cell: idOf },
    ...architectures,
    { title: 'Layers', align: 'left', cell: ({ picture }) => shortened(picture, pictureWidth) },
    { title: 'Per token', align: 'right', cell: ({ bytesPerToken }) => formatBytes(bytesPerToken) },
    { title: 'Context', align: 'right', cell: ({ contextLength }) => formatTokens(contextLength) },
    { title: 'KV cache', align: 'right', cell: ({ totalBytes }) => formatBytes(totalBytes) },
  ];
}

/** `Qwen3Moe` of `Qwen3MoeForCausalLM`. */
function architectureOf({ model }: Row): string {
  return model.architecture.replace(/(For(CausalLM|ConditionalGeneration)|LMHeadModel|Model)$/, '');
}

function machineColumns(format: 'csv' | 'markdown'): readonly Column<Row>[] {
  const exact = format === 'csv';
  return [
    { title: 'model', align: 'left', cell: ({ model }) => model.id },
    { title: 'architecture', align: 'left', cell: ({ model }) => model.architecture },
    { title: 'layers', align: 'left', cell: ({ picture }) => picture },
    { title: 'KV dtype', align: 'left', cell: ({ model }) => model.kvCacheDtype.dtype },
    {
      title: exact ? 'bytes per token' : 'per token',
      align: 'right',
      cell: ({ bytesPerToken }) => (exact ? String(bytesPerToken) : formatBytes(bytesPerToken)),
    },
    {
      title: 'context',
      align: 'right',
      cell: ({ contextLength }) => (exact ? String(contextLength) : formatTokens(contextLength)),
    },
    {
      title: exact ? 'total bytes' : 'total',
      align: 'right',
      cell: ({ totalBytes }) => (exact ? String(totalBytes) : formatBytes(totalBytes)),
    },
    { title: 'source', align: 'left', cell: ({ model }) => model.source },
  ];
}

function rowJson({ entry, model, picture, contextLength, totalBytes, bytesPerToken }: Row) {
  const { id, name, source, architecture, numHiddenLayers, maxPositionEmbeddings, kvCacheDtype } = model;
  return {
    ...{ id, aliases: entry.aliases ?? [], name, source, architecture, numHiddenLayers, picture },
    ...{ kvCacheDtype, maxPositionEmbeddings, contextLength, bytesPerToken, totalBytes },
  };
}

function shortened(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

function nothingFound(text: string): InputError {
  const near = nearestIds(text);
  return new InputError(
    `No model of the catalogue matches "${text}"${near.length === 0 ? '' : `; the nearest: ${near.join(', ')}`}.`,
  );
}
