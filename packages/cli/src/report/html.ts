import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  DEFAULT_STYLE,
  type FigureStyle,
  formatBytes,
  formatFraction,
  formatRatio,
  formatTokens,
  labelledContextFigure,
} from '@kv/core';
import { escapeHtml } from '../export/escape-html.js';
import { htmlPage } from '../export/html-page.js';
import { grouped } from '../render/numbers.js';
import type { ComparedRow } from '../render/summary.js';
import type { Report } from './report.js';

/** Width of a printed page's text in CSS pixels: A4 less its margins, at 96 pixels an inch. */
export const PRINT_WIDTH = 688;

const STYLE: FigureStyle = { ...DEFAULT_STYLE, units: 'binary' };

/** A report as one HTML file, which works offline and prints well. Names are shown as text, whatever they contain. */
export async function reportHtml(report: Report): Promise<string> {
  const { title, answer, facts, command, rows, growth, warnings } = report;
  const longest = formatTokens(growth.contextLengths.at(-1) ?? 0);
  const body = `<main>
<header>
<p class="kind">KV-cache memory report</p>
<h1>${escapeHtml(title)}</h1>
<p class="answer">${escapeHtml(answer)}</p>
<dl>${facts.map(({ name, value }) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>
</header>
<section>
<h2>What each takes</h2>
<div class="scroll" tabindex="0" role="region" aria-label="What each takes">
${tableHtml(rows)}
</div>
</section>
<section class="whole">
<h2>Memory against context, to ${longest} tokens</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Memory against context"><div id="growth" role="figure" aria-label="Line chart of memory against context length; the sizes at its end are in the table"></div></div>
<noscript>The figure needs JavaScript; its numbers are in the table.</noscript>
</section>
${warningsHtml(warnings)}
<section>
<h2>How this was made</h2>
<p class="command">${escapeHtml(command)}</p>
</section>
</main>`;
  const figure = labelledContextFigure(growth, STYLE);
  return htmlPage(
    {
      ...{ title, body, theme: 'light', style: `${await fontFaces()}${PAGE_STYLE}` },
      figures: { growth: { wide: figure, narrow: figure } },
    },
    'inline',
  );
}

function tableHtml(rows: readonly ComparedRow[]): string {
  const several = (text: (row: ComparedRow) => string) => new Set(rows.map(text)).size > 1;
  const largest = Math.max(...rows.map(({ allocation }) => allocation.totalBytes)) || 1;
  const columns: readonly HtmlColumn[] = [
    { title: 'Model', kind: 'name', cell: ({ label }) => escapeHtml(label) },
    ...optional(
      several(({ allocation }) => allocation.engine),
      {
        title: 'Engine',
        kind: 'word',
        cell: ({ allocation }) => escapeHtml(allocation.engine),
      },
    ),
    ...optional(
      several(({ workload }) => `${workload.contextLength}`),
      {
        title: 'Context',
        kind: 'number',
        cell: ({ workload }) => formatTokens(workload.contextLength),
      },
    ),
    ...optional(
      several(({ workload: { keyDtype, valueDtype } }) => `${keyDtype} ${valueDtype}`),
      {
        title: 'Dtype',
        kind: 'word',
        cell: ({ workload: { keyDtype, valueDtype } }) =>
          keyDtype === valueDtype ? keyDtype : `${keyDtype}, ${valueDtype}`,
      },
    ),
    {
      title: 'KV cache',
      kind: 'size',
      cell: ({ allocation: { totalBytes } }) =>
        `<span title="${totalBytes} bytes">${formatBytes(totalBytes)}</span>`,
    },
    { title: '', kind: 'bar', cell: (row) => barHtml(row, largest) },
    { title: 'Smaller', kind: 'number', cell: ({ saving }) => formatRatio(saving) },
    { title: 'Saved', kind: 'number', cell: ({ saving }) => formatFraction(saving) },
    { title: 'Per token', kind: 'number', cell: ({ allocation }) => formatBytes(allocation.bytesPerToken) },
    ...optional(
      rows.some(({ allocation }) => allocation.perDeviceBytes !== allocation.totalBytes),
      {
        title: 'Per device',
        kind: 'number',
        cell: ({ allocation }) => formatBytes(allocation.perDeviceBytes),
      },
    ),
    { title: 'Bytes', kind: 'bytes', cell: ({ allocation }) => grouped(allocation.totalBytes) },
  ];
  const head = columns.map(({ title, kind }) => `<th scope="col" class="${kind}">${title}</th>`).join('');
  const lines = rows.map((row) => {
    const cells = columns.map(({ kind, cell }, index) =>
      index === 0
        ? `<th scope="row" class="${kind}">${cell(row)}</th>`
        : `<td class="${kind}">${cell(row)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table>
<caption>Ratios and savings are against the first row, ${escapeHtml(rows[0]?.label ?? '')}.</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table>`;
}

interface HtmlColumn {
  readonly title: string;
  readonly kind: 'name' | 'word' | 'number' | 'size' | 'bar' | 'bytes';
  readonly cell: (row: ComparedRow) => string;
}

function optional(wanted: boolean, column: HtmlColumn): readonly HtmlColumn[] {
  return wanted ? [column] : [];
}

/** A row's size beside the largest one; green saves memory against the first row, red takes more. */
function barHtml({ allocation, saving }: ComparedRow, largest: number): string {
  const meaning = saving.fraction === 0 ? 'same' : saving.fraction > 0 ? 'less' : 'more';
  const width = ((allocation.totalBytes / largest) * 100).toFixed(2);
  return `<svg class="${meaning}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="10"/></svg>`;
}

function warningsHtml(warnings: readonly string[]): string {
  return warnings.length === 0
    ? ''
    : `<section>
<h2>To know about these numbers</h2>
<ul>${warnings.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>
</section>`;
}

/** The figures' font inside the file, so that it looks the same everywhere. */
async function fontFaces(): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const faces = [400, 600].map(async (weight) => {
    const path = resolve(`@fontsource/open-sans/files/open-sans-latin-${weight}-normal.woff2`);
    const data = await readFile(path, 'base64');
    return `@font-face { font-family: "Open Sans"; font-weight: ${weight}; src: url(data:font/woff2;base64,${data}) format("woff2"); }\n`;
  });
  return (await Promise.all(faces)).join('');
}

const PAGE_STYLE = `
:root { color-scheme: light; --ink: #1f2328; --muted: #57606a; --line: #d0d7de; --accent: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0; background: #ffffff; color: var(--ink); font: 14px/1.5 "Open Sans", verdana, arial, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 24px; }
header { border-bottom: 2px solid var(--ink); padding-bottom: 16px; }
.kind { margin: 0; color: var(--accent); font-weight: 600; letter-spacing: 0.06em; text-transform: uppercase; font-size: 12px; }
h1 { margin: 4px 0 8px; font-size: 28px; line-height: 1.2; font-weight: 600; overflow-wrap: anywhere; }
h2 { margin: 28px 0 8px; font-size: 17px; font-weight: 600; }
.answer { margin: 0 0 16px; font-size: 16px; max-width: 75ch; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: 8px 32px; margin: 0; }
dt { color: var(--muted); font-size: 12px; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.command { margin: 0; color: var(--muted); font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); font-size: 12px; padding: 0 0 6px; }
th, td { padding: 4px 8px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; font-weight: 400; }
thead th { color: var(--muted); font-size: 12px; border-bottom: 1px solid var(--ink); vertical-align: bottom; }
th:first-child { padding-left: 0; }
td:last-child, th:last-child { padding-right: 0; }
.name, .word, .bar { text-align: left; }
tbody .name { white-space: normal; overflow-wrap: anywhere; min-width: 18ch; font-weight: 600; }
.size { font-weight: 600; }
thead .size { font-weight: 400; }
.bar { width: 26%; min-width: 90px; padding-left: 0; }
.bar svg { display: block; width: 100%; height: 10px; }
.same { fill: #7f8790; }
.less { fill: #009e73; }
.more { fill: #d55e00; }
.bytes { color: var(--muted); font-size: 12px; }
#growth { min-width: 640px; }
li { overflow-wrap: anywhere; }
@media print {
  @page { size: A4; margin: 14mm 14mm 16mm; }
  body { font-size: 12px; }
  .command { font-size: 9px; }
  main { width: ${PRINT_WIDTH}px; max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  .whole { break-inside: avoid; }
  .scroll { overflow: visible; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  table { font-size: 10px; }
  caption, thead th, .bytes { font-size: 9px; }
  th, td { padding: 2.5px 6px; }
  .bar { width: 20%; min-width: 60px; }
  .bar svg { height: 8px; }
}
`;
