import type { JSX } from 'preact';

/** A labelled text field. */
export function TextField(props: {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly title?: string;
  readonly invalid?: boolean;
  readonly numeric?: boolean;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  return (
    <label class="field" title={props.title}>
      <span>{props.label}</span>
      <input
        type="text"
        inputMode={props.numeric ? 'numeric' : undefined}
        value={props.value}
        placeholder={props.placeholder}
        aria-invalid={props.invalid ?? false}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => props.onChange(event.currentTarget.value)}
      />
    </label>
  );
}

/** A labelled choice; options are texts, or a value with the text that is shown for it. */
export function SelectField<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (Value | { readonly value: Value; readonly text: string })[];
  readonly title?: string;
  readonly invalid?: boolean;
  readonly onChange: (value: Value) => void;
}): JSX.Element {
  const options = props.options.map((option) =>
    typeof option === 'string' ? { value: option, text: option } : option,
  );
  const isKnown = options.some(({ value }) => value === props.value);
  return (
    <label class="field" title={props.title}>
      <span>{props.label}</span>
      <select
        value={props.value}
        aria-invalid={props.invalid ?? false}
        onChange={(event) => props.onChange(event.currentTarget.value as Value)}
      >
        {!isKnown && <option value={props.value}>{props.value}</option>}
        {options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
