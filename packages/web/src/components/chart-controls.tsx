import type { JSX } from 'preact';
import { CHOICES, type State } from '../state/state.js';
import { SelectField, TextField } from './fields.js';

/** The controls of a chart's axes, and of which series it shows where it shows only one. */
export function ChartControls(props: {
  readonly state: State;
  readonly labels: readonly string[];
  readonly onChange: (part: Partial<State>) => void;
}): JSX.Element {
  const { state, labels, onChange } = props;
  const { chart } = state;
  return (
    <div class="chart-controls inline">
      {chart === 'batch' && labels.length > 1 && (
        <SelectField
          label="Of"
          value={state.series}
          options={labels.map((text, index) => ({ value: String(index + 1), text }))}
          onChange={(series) => onChange({ series })}
        />
      )}
      {chart === 'context' && (
        <>
          <SelectField
            label="Context axis"
            value={state.xAxis}
            options={CHOICES.xAxis}
            onChange={(xAxis) => onChange({ xAxis })}
          />
          <SelectField
            label="Memory axis"
            value={state.yAxis}
            options={CHOICES.yAxis}
            onChange={(yAxis) => onChange({ yAxis })}
          />
        </>
      )}
      <SelectField
        label="Units"
        value={state.units}
        options={CHOICES.units}
        onChange={(units) => onChange({ units })}
      />
      {(chart === 'context' || chart === 'batch') && (
        <>
          <TextField
            label="From"
            title="The shortest context"
            value={state.minContext}
            placeholder="256"
            onChange={(minContext) => onChange({ minContext })}
          />
          <TextField
            label="To"
            title="The longest context"
            value={state.maxContext}
            placeholder="all"
            onChange={(maxContext) => onChange({ maxContext })}
          />
        </>
      )}
    </div>
  );
}
