import { describeSaving, formatFraction, formatRatio, savingAgainst } from '../estimate/compare.js';
import { type ByteUnits, formatBytes } from '../text/units.js';
import { ROW_BARS, type RowBars, rowAxis } from './rows.js';
import { baseAxis, baseLayout, escapeText, type Figure, type FigureStyle, strokeAt } from './style.js';
import { type FigureTable, sizeCell } from './table.js';

/** What a case takes, and what the same model would take with multi-head attention in every layer. */
export interface SavingsRow {
  readonly label: string;
  readonly bytes: number;
  /** undefined where the model does not say how many heads of queries it has. */
  readonly multiHeadBytes: number | undefined;
}

/** A bar of a savings figure; one trace for each row. */
export interface SavingsTrace extends RowBars {
  /** The part of the multi-head cache that is saved, in percent. */
  readonly x: readonly number[];
  readonly text: readonly string[];
  readonly textposition: 'auto';
  readonly marker: { readonly color: string };
}

/** How much each row saves against its multi-head equivalent, as bars in percent. */
export function savingsFigure(rows: readonly SavingsRow[], style: FigureStyle): Figure<SavingsTrace> {
  const data = rows.map(({ label, bytes, multiHeadBytes }, index): SavingsTrace => {
    const saving = savingAgainst(multiHeadBytes ?? bytes, bytes);
    const text =
      multiHeadBytes === undefined
        ? 'not known'
        : [describeSaving(saving), formatFraction(saving)].filter(Boolean).join(', ');
    const against =
      multiHeadBytes === undefined ? '' : ` against ${formatBytes(multiHeadBytes, style.units)} of MHA`;
    return {
      ...ROW_BARS,
      name: escapeText(label),
      x: [saving.fraction * 100],
      y: [index],
      text: [text],
      textposition: 'auto',
      hovertext: [`${escapeText(label)}<br>${formatBytes(bytes, style.units)}${against}: ${text}`],
      marker: { color: strokeAt(index).color },
    };
  });
  return {
    data,
    layout: {
      ...baseLayout(style),
      showlegend: false,
      bargap: 0.35,
      xaxis: { ...baseAxis(style), title: { text: 'Saved against MHA (%)' }, range: savedRange(data) },
      yaxis: rowAxis(
        rows.map(({ label }) => label),
        style,
      ),
    },
  };
}

/** 0 to 100%, and below where an engine's padding takes more than it saves. */
function savedRange(data: readonly SavingsTrace[]): readonly [number, number] {
  return [Math.min(0, ...data.flatMap(({ x }) => x)), 100];
}

/** The numbers of a savings figure. */
export function savingsTable(rows: readonly SavingsRow[], units: ByteUnits): FigureTable {
  return {
    caption: 'What each takes, what multi-head attention would take in the same model, and what is saved',
    heads: ['Model', 'KV cache', 'As MHA', 'Smaller', 'Saved'],
    rows: rows.map(({ label, bytes, multiHeadBytes }) => {
      if (multiHeadBytes === undefined) {
        const unknown = { text: 'not known', note: '' };
        return { head: label, cells: [sizeCell(bytes, units), unknown, unknown, unknown] };
      }
      const saving = savingAgainst(multiHeadBytes, bytes);
      return {
        head: label,
        cells: [
          sizeCell(bytes, units),
          sizeCell(multiHeadBytes, units),
          { text: formatRatio(saving), note: '' },
          { text: formatFraction(saving), note: '' },
        ],
      };
    }),
  };
}
