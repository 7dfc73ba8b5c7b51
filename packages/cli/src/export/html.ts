import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  contextFigure,
  FIGURE_CONFIG,
  type FigureStyle,
  figureTable,
  NARROW_WIDTH,
  type Sweep,
} from '@kv/core';
import { escapeHtml } from './escape-html.js';
import { figureTableHtml } from './figure-table.js';
import { findPlotly } from './plotly.js';

/** `inline`: Plotly in the file, which then works offline; `cdn`: a small file that fetches Plotly when opened. */
export type PlotlySource = 'inline' | 'cdn';

/** Draws the figure that the page carries as JSON, in the layout that there is room for. */
const DRAW = `const figures = JSON.parse(document.getElementById('figure-data').textContent);
const { data, layout } = innerWidth < ${NARROW_WIDTH} ? figures.narrow : figures.wide;
Plotly.newPlot('figure', data, layout, ${JSON.stringify(FIGURE_CONFIG)});`;

/**
 * A figure as a page of its own, with the numbers as a table below it. Names and titles are shown as text, whatever
 * they contain, and a Content-Security-Policy lets nothing run but the scripts written here.
 */
export async function figureHtml(sweep: Sweep, style: FigureStyle, source: PlotlySource): Promise<string> {
  const figures = {
    wide: contextFigure(sweep, style),
    narrow: contextFigure(sweep, { ...style, size: 'narrow' }),
  };
  const library = source === 'inline' ? await inlineLibrary() : await cdnLibrary();
  const policy = [
    "default-src 'none'",
    `script-src ${[library.allow, hashSource(DRAW)].join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en" data-theme="${style.theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(style.title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(style.title)}</h1>
<div id="figure" role="figure" aria-label="${escapeHtml(`${style.title}: line chart; its numbers are in the table below`)}"></div>
<noscript>The figure needs JavaScript; its numbers are in the table.</noscript>
<div class="scroll" tabindex="0" role="region" aria-label="Numbers of the figure">
${figureTableHtml(figureTable(sweep, style.units))}
</div>
</main>
<script id="figure-data" type="application/json">${jsonForScript(figures)}</script>
${library.element}
<script>${DRAW}</script>
</body>
</html>
`;
}

interface Library {
  readonly element: string;
  /** The source expression that lets it run. */
  readonly allow: string;
}

async function inlineLibrary(): Promise<Library> {
  const { path } = await findPlotly();
  const script = scriptText(await readFile(path, 'utf8'));
  return { element: `<script>${script}</script>`, allow: hashSource(script) };
}

async function cdnLibrary(): Promise<Library> {
  const { path, version } = await findPlotly();
  const address = `https://cdn.jsdelivr.net/npm/plotly.js-dist-min@${version}/plotly.min.js`;
  const integrity = `sha384-${createHash('sha384')
    .update(await readFile(path))
    .digest('base64')}`;
  return {
    element: `<script src="${address}" integrity="${integrity}" crossorigin="anonymous"></script>`,
    allow: address,
  };
}

function hashSource(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

/** JavaScript without the words that HTML would read as the end of it; they occur in strings and patterns only. */
function scriptText(script: string): string {
  return script.replace(/<(?=!--|\/?script)/gi, '\\x3C');
}

/** JSON that cannot end the script element it is in. */
function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

const PAGE_STYLE = `
:root { color-scheme: light; --paper: #ffffff; --ink: #1f2328; --muted: #57606a; --line: #d0d7de; }
:root[data-theme="dark"] { color-scheme: dark; --paper: #0d1117; --ink: #e6edf3; --muted: #9198a1; --line: #30363d; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 16px; }
h1 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
#figure { width: 100%; height: min(70vh, 640px); min-height: 380px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding: 8px 0; }
th, td { padding: 6px 12px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
thead th { vertical-align: bottom; white-space: normal; }
th:first-child { text-align: left; }
small { color: var(--muted); margin-left: 4px; }
`;
