import type { FigureTable } from '@kv/core';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Characters of a text that is broken over lines, which numbers are not. */
const LONG = 40;

/** The numbers of a figure as a table. One that is wider than the page can be reached, and so scrolled, with the keyboard. */
export function NumberTable({ caption, heads, rows }: FigureTable): JSX.Element {
  const box = useRef<HTMLElement>(null);
  const [isWide, setWide] = useState(false);
  useLayoutEffect(() => {
    const measure = () => setWide((box.current?.scrollWidth ?? 0) > (box.current?.clientWidth ?? 0));
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  });
  return (
    <section class="numbers" aria-label="Numbers of the figure" ref={box} tabIndex={isWide ? 0 : undefined}>
      <table>
        <caption>
          <span>{caption}</span>
        </caption>
        <thead>
          <tr>
            {heads.map((head, index) => (
              <th key={index} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              <th scope="row">{row.head}</th>
              {row.cells.map(({ text, note, bytes }, column) => (
                <td
                  key={column}
                  class={text.length > LONG ? 'long' : undefined}
                  title={bytes === undefined ? undefined : `${bytes} bytes`}
                >
                  {text}
                  {note !== '' && <small> {note}</small>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
