import { formatTokens, parseTokens, unlessRefused } from '@kv/core';
import type { JSX } from 'preact';
import type { State } from '../state/state.js';
import { quarterSteps, SliderField } from './slider-field.js';

/** How long the sequences are, and how many there are at a time. */
export function WorkloadFields(props: {
  readonly state: State;
  /** The longest context that the slider reaches, in tokens. */
  readonly longest: number;
  readonly onChange: (part: Partial<State>) => void;
}): JSX.Element {
  const { state, longest, onChange } = props;
  return (
    <fieldset>
      <legend>Workload</legend>
      <SliderField
        label="Context"
        value={state.context}
        number={tokensIn(state.context)}
        steps={quarterSteps(SHORTEST, Math.max(SHORTEST, longest))}
        format={formatTokens}
        onChange={(context) => onChange({ context })}
      />
      <SliderField
        label="Sequences"
        value={state.sequences}
        number={/^\d+$/.test(state.sequences) ? Number(state.sequences) : undefined}
        steps={quarterSteps(1, MOST_SEQUENCES)}
        format={String}
        onChange={(sequences) => onChange({ sequences })}
      />
    </fieldset>
  );
}

/** Ends of the sliders; the fields beside them take what is beyond. */
const SHORTEST = 256;
const MOST_SEQUENCES = 1024;

/** The tokens that a text means, or undefined where it means none. */
function tokensIn(text: string): number | undefined {
  return unlessRefused(
    () => parseTokens(text),
    () => undefined,
  );
}
