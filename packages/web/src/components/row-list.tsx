import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { MAX_ROWS, type Row } from '../state/state.js';
import type { RowView } from '../view/view.js';
import { RowEditor } from './row-editor.js';

/** The rows that are compared, and ways to add one. */
export function RowList(props: {
  readonly rows: readonly Row[];
  readonly views: readonly RowView[];
  /** Other uses of the same rows, perhaps one key of many. */
  readonly onEdit: (rows: readonly Row[]) => void;
  readonly onChange: (rows: readonly Row[]) => void;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onFetch: (reference: string) => void;
  readonly onReset: () => void;
}): JSX.Element {
  const { rows, onChange } = props;
  const list = useRef<HTMLUListElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const copyLast = () => {
    onChange([...rows, ...rows.slice(-1)]);
    requestAnimationFrame(() => {
      list.current?.querySelector<HTMLElement>(':scope > li:last-child [role="combobox"]')?.focus();
    });
  };
  return (
    <fieldset>
      <legend>Models and designs</legend>
      <ul class="rows" ref={list}>
        {rows.map((row, index) => (
          <RowEditor
            key={index}
            row={row}
            view={props.views[index]}
            number={index + 1}
            canRemove={rows.length > 1}
            onChange={(changed) => props.onEdit(replaced(rows, index, changed))}
            onReplace={(changed) => onChange(replaced(rows, index, changed))}
            onFetch={props.onFetch}
            onRemove={() => onChange(rows.filter((_, at) => at !== index))}
          />
        ))}
      </ul>
      <div class="buttons">
        <button type="button" disabled={rows.length === MAX_ROWS} onClick={copyLast}>
          + Compare another
        </button>
        <button type="button" onClick={() => chooser.current?.click()}>
          Open a file …
        </button>
        <button type="button" onClick={props.onReset}>
          Start over
        </button>
        <input
          type="file"
          hidden
          multiple
          aria-label="A config.json or .gguf"
          ref={chooser}
          onChange={(event) => {
            props.onFiles([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
      </div>
      <p class="hint">
        A config.json or .gguf: open it, or drop or paste it anywhere. It is read here, sent nowhere and never
        stored.
      </p>
    </fieldset>
  );
}

function replaced(rows: readonly Row[], index: number, row: Row): readonly Row[] {
  return rows.map((old, at) => (at === index ? row : old));
}
