import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type contextFigure, FIGURE_CONFIG, NARROW_WIDTH } from '@kv/core';
import { escapeHtml } from './escape-html.js';
import { findPlotly } from './plotly.js';

/** `inline`: Plotly in the file, which then works offline; `cdn`: a small file that fetches Plotly when opened. */
export type PlotlySource = 'inline' | 'cdn';

type Figure = ReturnType<typeof contextFigure>;

/** A page of its own, in one file. Title and language are the only texts that are escaped here. */
export interface HtmlPage {
  readonly title: string;
  readonly theme: 'light' | 'dark';
  readonly style: string;
  /** HTML of what the page shows. */
  readonly body: string;
  /** The figures of the page by the id of the element that each is drawn in, for a wide window and for a phone. */
  readonly figures: Readonly<Record<string, { readonly wide: Figure; readonly narrow: Figure }>>;
}

/** Draws the figures that the page carries as JSON, in the layout that there is room for, and again to be printed. */
const DRAW = `const figures = JSON.parse(document.getElementById('figure-data').textContent);
const room = innerWidth < ${NARROW_WIDTH} ? 'narrow' : 'wide';
for (const [id, layouts] of Object.entries(figures)) {
  Plotly.newPlot(id, layouts[room].data, layouts[room].layout, ${JSON.stringify(FIGURE_CONFIG)});
  addEventListener('beforeprint', () => Plotly.Plots.resize(id));
}`;

/** The page as the text of a file. A Content-Security-Policy lets nothing run but the scripts written here. */
export async function htmlPage(page: HtmlPage, source: PlotlySource): Promise<string> {
  const { title, theme, style, body, figures } = page;
  const library = source === 'inline' ? await inlineLibrary() : await cdnLibrary();
  const policy = [
    "default-src 'none'",
    `script-src ${[library.allow, hashSource(DRAW)].join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en" data-theme="${theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
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
  const { path, address } = await findPlotly();
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
