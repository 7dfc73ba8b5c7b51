import type { FigureTable } from '@kv/core';
import { escapeHtml } from './escape-html.js';

/** The numbers of a figure as an HTML table. */
export function figureTableHtml({ caption, heads, rows }: FigureTable): string {
  return [
    '<table>',
    `<caption>${escapeHtml(caption)}</caption>`,
    `<thead><tr>${heads.map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map(({ head, cells }) => {
      const values = cells.map(
        ({ size, ratio, bytes }) =>
          `<td title="${bytes} bytes">${size}${ratio === '' ? '' : ` <small>${ratio}</small>`}</td>`,
      );
      return `<tr><th scope="row">${escapeHtml(head)}</th>${values.join('')}</tr>`;
    }),
    '</tbody>',
    '</table>',
  ].join('\n');
}
