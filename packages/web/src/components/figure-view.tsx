import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { saveAddress, saveText, tableCsv } from '../figure/download.js';
import { draw, imageOf } from '../figure/draw.js';
import type { ChartView } from '../view/chart.js';

/** A chart with buttons that save it. Its numbers are in the table below. */
export function FigureView({
  chart,
  figure,
  table,
  data,
  notes = [],
  title,
}: ChartView & { readonly title: string }): JSX.Element {
  const element = useRef<HTMLElement>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (element.current !== null) {
      draw(element.current, figure, chart).then(
        () => setProblem(''),
        () =>
          setProblem(
            'The library for figures did not load; the numbers are in the table. Opening the page again tries again.',
          ),
      );
    }
  }, [figure, chart]);
  const name = `kv-${chart}`;
  const saveImage = async (format: 'png' | 'svg') => {
    if (element.current !== null) {
      saveAddress(`${name}.${format}`, await imageOf(element.current, format));
    }
  };
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="warning">
          {note}
        </p>
      ))}
      {problem !== '' && <p class="warning">{problem}</p>}
      <figure
        id="figure"
        class="figure"
        ref={element}
        aria-label={`${title}; its numbers are in the table below`}
      />
      <fieldset class="downloads">
        <legend>Save</legend>
        <button type="button" onClick={() => saveImage('png')}>
          PNG
        </button>
        <button type="button" onClick={() => saveImage('svg')}>
          SVG
        </button>
        <button
          type="button"
          onClick={async () => saveText(`${name}.csv`, 'text/csv', await tableCsv(table))}
        >
          CSV
        </button>
        <button
          type="button"
          onClick={() => saveText(`${name}.json`, 'application/json', `${JSON.stringify(data, null, 2)}\n`)}
        >
          JSON
        </button>
      </fieldset>
    </>
  );
}
