import {
  type ByteUnits,
  DEFAULT_STYLE,
  type DesignKnobs,
  designsTitle,
  doublingLengths,
  estimate,
  type FigureStyle,
  figureSubtitle,
  flagOf,
  formatBytes,
  formatFraction,
  formatRatio,
  formatTokens,
  InputError,
  nearest,
  parseInteger,
  parseKnobs,
  parseTokens,
  SEED_CONTEXT_RANGE,
  SEED_KNOBS,
  type SharedSizes,
  type Sweep,
  savingAgainst,
  sweep,
} from '@kv/core';
import { type CliCase, casesFor } from '../cases.js';
import type { DeploymentOptions } from '../deployments.js';
import type { PlotlySource } from '../export/html-page.js';
import { type Output, outputsOf } from '../export/outputs.js';
import { FIGURE_FORMATS, type FigureExport, type FigureFormat, writeFigure } from '../export/write-figure.js';
import type { FormatOptions } from '../flags/options.js';
import type { Column } from '../render/column.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { printSummary } from '../render/summary.js';
import { renderSweep, type SweepRow, sweepRows } from '../render/sweep.js';
import { renderTable } from '../render/table.js';
import { terminalMarks } from '../terminal/marks.js';
import { withProgress } from '../terminal/progress.js';
import { note, print, printLines, terminalWidth, warn } from '../terminal/terminal.js';

/** What `kv plot` understands beside geometry, workload and format. All values as typed. */
export interface PlotOptions {
  readonly out?: readonly string[];
  readonly minContext?: string;
  readonly maxContext?: string;
  readonly title?: string;
  readonly logY?: true;
  readonly linearX?: true;
  readonly units?: string;
  readonly theme?: string;
  readonly plotly?: string;
  readonly browser?: string;
}

/** The teaching script's own file, and the same as a page. */
const SEED_OUT = ['kv_bytes_vs_context_length.pdf', 'kv_bytes_vs_context_length.html'];

/** `kv plot`: memory against context length, as a table and in files; the table first, for files take longer. */
export async function plotCommand(
  models: readonly string[],
  options: PlotOptions & DeploymentOptions & FormatOptions,
): Promise<void> {
  const format = formatOf(options);
  const byDefault = models.length === 0 && format === 'text' ? SEED_OUT : [];
  const outputs = outputsOf(options.out ?? byDefault, FIGURE_FORMATS, models);
  const plotly = choice<PlotlySource>(options.plotly ?? 'inline', '--plotly', ['inline', 'cdn']);
  const knobs = seedKnobs(options);
  const cases = await casesFor(models, options, knobs);
  const sizes = models.length === 0 ? parseKnobs(options, flagOf, knobs) : undefined;
  const style = styleFrom(options, cases, sizes);
  const result = sweep(cases, contextLengths(cases, options));
  const rows = sweepRows(result);

  switch (format) {
    case 'json':
      print(renderJson(sweepJson(result)));
      break;
    case 'csv':
    case 'markdown':
      await printSummary(format, columns(style.units, format === 'csv'), rows);
      break;
    case 'text': {
      const marks = terminalMarks();
      printLines([
        marks === undefined
          ? renderTable(columns(style.units, false), rows, terminalWidth())
          : renderSweep(result, style, marks, terminalWidth()),
      ]);
      warn(warningsOf(cases, result));
    }
  }
  if (outputs.length > 0) {
    await write(outputs, options, { sweep: result, style, plotly });
  }
}

/** Writes the files and says so; without a browser, the page alone where nobody asked for more. */
async function write(
  outputs: readonly Output<FigureFormat>[],
  { out, browser = process.env.KV_BROWSER }: PlotOptions,
  figure: Omit<FigureExport, 'browser'>,
): Promise<void> {
  const pathsOf = (files: readonly Output<FigureFormat>[]) => files.map(({ path }) => path).join(', ');
  const draw = (files: readonly Output<FigureFormat>[]) =>
    withProgress(`Drawing ${pathsOf(files)}`, (say) =>
      writeFigure(files, {
        ...figure,
        browser: { executable: browser, onUnpack: () => say('Unpacking the embedded browser, once') },
      }),
    );
  try {
    await draw(outputs);
    note(`Wrote ${pathsOf(outputs)}`);
  } catch (error) {
    if (out !== undefined || !(error instanceof Error && error.name === 'MissingBrowserError')) {
      throw error;
    }
    const pages = outputs.filter(({ format }) => format === 'html');
    await draw(pages);
    note(`Wrote ${pathsOf(pages)} alone: ${error.message}`);
  }
}

/** The teaching script's sizes, without the groups that do not divide the heads that are asked for. */
function seedKnobs({ nHeads }: DeploymentOptions): DesignKnobs {
  const heads = nHeads === undefined ? SEED_KNOBS.nHeads : parseInteger(nHeads, '--n-heads');
  return { ...SEED_KNOBS, nKvGroups: SEED_KNOBS.nKvGroups.filter((groups) => heads % groups === 0) };
}

function contextLengths(cases: readonly CliCase[], options: PlotOptions): readonly number[] {
  const longest = Math.max(
    ...cases.map(({ model }) => model.maxPositionEmbeddings ?? SEED_CONTEXT_RANGE.maximum),
  );
  return doublingLengths(
    options.minContext === undefined
      ? SEED_CONTEXT_RANGE.minimum
      : parseTokens(options.minContext, '--min-context'),
    options.maxContext === undefined ? longest : parseTokens(options.maxContext, '--max-context'),
  );
}

function styleFrom(options: PlotOptions, cases: readonly CliCase[], sizes?: SharedSizes): FigureStyle {
  return {
    title: options.title ?? titleOf(cases),
    subtitle: figureSubtitle(cases, sizes),
    logX: options.linearX !== true,
    logY: options.logY === true,
    units: unitsFrom(options.units),
    theme: choice(options.theme ?? DEFAULT_STYLE.theme, '--theme', ['light', 'dark'] as const),
    size: 'wide',
  };
}

/** The designs' title, under the model's name where only one is drawn. */
function titleOf(cases: readonly CliCase[]): string {
  const title = designsTitle(cases.map(({ kind }) => kind));
  const [name, ...others] = new Set(
    cases.map(({ kind, model }) => (kind === undefined ? model.name : undefined)),
  );
  return name === undefined || others.length > 0 ? title : `${name}: ${title}`;
}

/** What to know at the longest context; with whom it is about where it is not about all. */
function warningsOf(cases: readonly CliCase[], { contextLengths: lengths }: Sweep): readonly string[] {
  const contextLength = lengths.at(-1) ?? SEED_CONTEXT_RANGE.maximum;
  const warnings = cases.flatMap(({ label, model, workload, engine }) =>
    estimate(model, { ...workload, contextLength }, engine).warnings.map((text) => ({ label, text })),
  );
  return warnings.map(({ label, text }) =>
    cases.every((item) => warnings.some((other) => other.label === item.label && other.text === text))
      ? text
      : `${label}: ${text}`,
  );
}

function unitsFrom(text = 'GB'): ByteUnits {
  return choice(text, '--units', ['GB', 'GiB'] as const) === 'GB' ? 'decimal' : 'binary';
}

function choice<Value extends string>(text: string, flag: string, values: readonly Value[]): Value {
  const value = values.find((known) => known.toLowerCase() === text.toLowerCase());
  if (value === undefined) {
    const guess = nearest(text, values);
    throw new InputError(
      `${flag} is "${text}"; it must be ${values.join(' or ')}${guess === undefined ? '' : ` (did you mean ${guess}?)`}.`,
    );
  }
  return value;
}

function columns(units: ByteUnits, exact: boolean): readonly Column<SweepRow>[] {
  return [
    { title: 'series', align: 'left', cell: ({ label }) => label },
    {
      title: 'context',
      align: 'right',
      cell: ({ contextLength }) => (exact ? String(contextLength) : formatTokens(contextLength)),
    },
    {
      title: exact ? 'total bytes' : 'KV cache',
      align: 'right',
      cell: ({ bytes }) => (exact ? String(bytes) : formatBytes(bytes, units)),
    },
    { title: 'ratio', align: 'right', cell: ({ saving }) => formatRatio(saving) },
    { title: 'saved', align: 'right', cell: ({ saving }) => formatFraction(saving) },
  ];
}

function sweepJson({ contextLengths: lengths, series }: Sweep): Record<string, unknown> {
  return {
    contextLengths: lengths,
    series: series.map(({ label, totalBytes }) => {
      const savings = Array.from(totalBytes, (bytes, index) =>
        savingAgainst(series[0]?.totalBytes[index] ?? 0, bytes),
      );
      return {
        label,
        totalBytes: Array.from(totalBytes),
        ratio: savings.map(({ ratio }) => (Number.isFinite(ratio) ? ratio : null)),
        savings: savings.map(({ fraction }) => fraction),
      };
    }),
  };
}
