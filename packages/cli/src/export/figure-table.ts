import { formatBytes, formatTokens, type Sweep, savingAgainst } from '@kv/core';
import { ratioText } from '../render/numbers.js';
import { escapeHtml } from './escape-html.js';

/**
 * The numbers of a figure as an HTML table: a row for each context length, a column for each series, each size with
 * its ratio to the first series.
 */
export function figureTable({ contextLengths, series }: Sweep, units: 'decimal' | 'binary'): string {
  const [reference] = series;
  const heads = series.map(({ label }) => `<th scope="col">${escapeHtml(label)}</th>`).join('');
  const rows = contextLengths.map((contextLength, index) => {
    const cells = series.map(({ totalBytes }, column) => {
      const bytes = totalBytes[index] ?? 0;
      const ratio =
        column === 0
          ? ''
          : ` <small>${ratioText(savingAgainst(reference?.totalBytes[index] ?? 0, bytes))}</small>`;
      return `<td title="${bytes} bytes">${formatBytes(bytes, units)}${ratio}</td>`;
    });
    return `<tr><th scope="row">${formatTokens(contextLength)}</th>${cells.join('')}</tr>`;
  });
  return [
    '<table>',
    `<caption>Total KV cache at each context length, and how many times smaller than ${escapeHtml(reference?.label ?? '')}</caption>`,
    `<thead><tr><th scope="col">Context (tokens)</th>${heads}</tr></thead>`,
    `<tbody>${rows.join('\n')}</tbody>`,
    '</table>',
  ].join('\n');
}
