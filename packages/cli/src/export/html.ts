import { contextFigure, type FigureStyle, figureTable, type Sweep } from '@kv/core';
import { escapeHtml } from './escape-html.js';
import { figureTableHtml } from './figure-table.js';
import { htmlPage, type PlotlySource } from './html-page.js';

/**
 * A figure as a page of its own, with the numbers as a table below it. Names and titles are shown as text, whatever
 * they contain.
 */
export function figureHtml(sweep: Sweep, style: FigureStyle, source: PlotlySource): Promise<string> {
  const title = escapeHtml(style.title);
  const body = `<main>
<h1>${title}</h1>
<div id="figure" role="figure" aria-label="${title}: line chart; its numbers are in the table below"></div>
<noscript>The figure needs JavaScript; its numbers are in the table.</noscript>
<div class="scroll" tabindex="0" role="region" aria-label="Numbers of the figure">
${figureTableHtml(figureTable(sweep, style.units))}
</div>
</main>`;
  const figures = {
    figure: {
      wide: contextFigure(sweep, style),
      narrow: contextFigure(sweep, { ...style, size: 'narrow' }),
    },
  };
  return htmlPage({ title: style.title, theme: style.theme, style: PAGE_STYLE, body, figures }, source);
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
