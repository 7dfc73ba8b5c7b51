import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { knownGpus, loadGpus } from '../library/gpus.js';
import { idle } from '../library/idle.js';
import { gpuIds, type State } from '../state/state.js';
import { Disclosure } from './disclosure.js';
import { SelectField, TextField } from './fields.js';

/** More would crowd the figures. */
const MAX_GPUS = 4;

/** Which GPUs are to hold it, how many of each, and what else is in their memory. */
export function GpuFields(props: {
  readonly state: State;
  readonly onChange: (part: Partial<State>) => void;
}): JSX.Element {
  const { state, onChange } = props;
  const chosen = gpuIds(state);
  useEffect(() => {
    void idle().then(loadGpus);
  }, []);
  const known = knownGpus().map(({ id, name }) => ({ value: id, text: name }));
  const set = (index: number, id: string) => {
    const ids = [...chosen.slice(0, index), id, ...chosen.slice(index + 1)];
    onChange({ gpu: ids.filter((value) => value !== '').join(',') });
  };
  return (
    <fieldset>
      <legend>GPUs</legend>
      <div class="more wide">
        {[...chosen, ''].slice(0, MAX_GPUS).map((id, index) => (
          <SelectField
            key={index}
            label={index === 0 ? 'GPU' : 'and'}
            value={id}
            options={[{ value: '', text: 'none' }, ...known]}
            onChange={(value) => set(index, value)}
          />
        ))}
        <TextField label="How many" numeric value={state.gpus} onChange={(gpus) => onChange({ gpus })} />
      </div>
      <Disclosure summary="More: what else is in their memory">
        {() => (
          <>
            <TextField
              label="Overhead of each"
              title="Memory for activations, the driver and all else that is neither weights nor cache"
              value={state.overhead}
              placeholder="the engine's"
              onChange={(overhead) => onChange({ overhead })}
            />
            <TextField
              label="Part of it for vLLM"
              title="--gpu-memory-utilization of rows on vLLM that do not set their own"
              value={state.utilization}
              placeholder="the engine's"
              onChange={(utilization) => onChange({ utilization })}
            />
          </>
        )}
      </Disclosure>
    </fieldset>
  );
}
