import type { JSX } from 'preact';

/**
 * A number as a text and as a slider over round values, whose steps grow with it.
 *
 * @param steps ascending; the slider stands at the last one that is not above the value.
 * @param number what the text means, or undefined where it means nothing.
 */
export function SliderField(props: {
  readonly label: string;
  readonly value: string;
  readonly number: number | undefined;
  readonly steps: readonly number[];
  readonly format: (value: number) => string;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const { label, value, number, steps, format, onChange } = props;
  const place = Math.max(
    0,
    steps.findLastIndex((step) => step <= (number ?? 0)),
  );
  return (
    <div class="slider-field">
      <label class="field">
        <span>{label}</span>
        <input
          type="text"
          value={value}
          aria-invalid={number === undefined}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      </label>
      <input
        type="range"
        aria-label={`${label}, slider`}
        aria-valuetext={format(steps[place] ?? 0)}
        min={0}
        max={steps.length - 1}
        step={1}
        value={place}
        onInput={(event) => onChange(format(steps[Number(event.currentTarget.value)] ?? 1))}
      />
    </div>
  );
}

/** From the smallest to the largest: each doubling in four steps, as far as they are whole numbers. */
export function quarterSteps(smallest: number, largest: number): readonly number[] {
  const steps: number[] = [];
  for (let start = smallest; start <= largest; start *= 2) {
    for (const part of [1, 1.25, 1.5, 1.75]) {
      const step = start * part;
      if (Number.isInteger(step) && step <= largest) {
        steps.push(step);
      }
    }
  }
  return steps;
}
