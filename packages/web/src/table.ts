import type { FigureTable } from '@kv/core';

/** The numbers of a figure as a table element. */
export function tableElement({ caption, heads, rows }: FigureTable): HTMLTableElement {
  const table = document.createElement('table');
  table.createCaption().textContent = caption;
  const head = table.createTHead().insertRow();
  for (const text of heads) {
    head.append(headCell('col', text));
  }
  const body = table.createTBody();
  for (const { head: text, cells } of rows) {
    const row = body.insertRow();
    row.append(headCell('row', text));
    for (const { size, ratio, bytes } of cells) {
      const cell = row.insertCell();
      cell.title = `${bytes} bytes`;
      cell.append(size);
      if (ratio !== '') {
        const small = document.createElement('small');
        small.textContent = ratio;
        cell.append(' ', small);
      }
    }
  }
  return table;
}

function headCell(scope: 'col' | 'row', text: string): HTMLTableCellElement {
  const cell = document.createElement('th');
  cell.scope = scope;
  cell.textContent = text;
  return cell;
}
