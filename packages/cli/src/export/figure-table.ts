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
        ({ text, note, bytes }) =>
          `<td${bytes === undefined ? '' : ` title="${bytes} bytes"`}>${escapeHtml(text)}${note === '' ? '' : ` <small>${escapeHtml(note)}</small>`}</td>`,
      );
      return `<tr><th scope="row">${escapeHtml(head)}</th>${values.join('')}</tr>`;
    }),
    '</tbody>',
    '</table>',
  ].join('\n');
}
