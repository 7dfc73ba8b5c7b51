import type { FigureTable } from '@kv/core';

/** Saves a text as a file. */
export function saveText(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  saveAddress(name, address);
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Saves what an address of this page holds, such as a data address, as a file. */
export function saveAddress(name: string, address: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}

/** A table as CSV (RFC 4180), bytes and token counts exact; texts that a spreadsheet would run as a formula are quoted. */
export async function tableCsv({ heads, rows }: FigureTable): Promise<string> {
  const { stringify } = await import('csv-stringify/browser/esm/sync');
  return stringify(
    [
      heads,
      ...rows.map(({ head, number, cells }) => [
        String(number ?? head),
        ...cells.map(({ text, bytes }) => String(bytes ?? text)),
      ]),
    ],
    { escape_formulas: true },
  );
}
