import { ENGINE_NAMES, strokeAt } from '@kv/core';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { hubName } from '../library/hub.js';
import { loadReader } from '../library/library.js';
import { settingsOf } from '../state/settings.js';
import {
  DEVICE_NAMES,
  type DeviceName,
  DTYPE_NAMES,
  type KnobName,
  type Row,
  SEED_DESIGN,
  type Use,
  useOf,
} from '../state/state.js';
import type { RowView } from '../view/view.js';
import { Combobox, type Option } from './combobox.js';
import { Disclosure } from './disclosure.js';
import { SelectField, TextField } from './fields.js';
import { SettingField } from './setting-field.js';

/** The controls of a row, and what it takes. */
export function RowEditor(props: {
  readonly row: Row;
  readonly view: RowView | undefined;
  readonly number: number;
  readonly canRemove: boolean;
  /** Another use of the same, perhaps one key of many. */
  readonly onChange: (row: Row) => void;
  /** Another model or design. */
  readonly onReplace: (row: Row) => void;
  readonly onFetch: (reference: string) => void;
  readonly onRemove: () => void;
}): JSX.Element {
  const { row, view, number, onChange } = props;
  const problemId = useId();
  const problem = view?.status === 'problem' ? view.message : undefined;
  const use = (part: Partial<Use>) => onChange({ ...row, ...part });
  const settings = settingsOf(row.engine);
  const choose = (value: string) => {
    if (value === BY_HAND) {
      props.onReplace({ ...SEED_DESIGN, ...useOf(row) });
      return;
    }
    props.onReplace({ kind: 'model', model: value, ...useOf(row) });
    if (value.startsWith('hf:')) {
      props.onFetch(value);
    }
  };
  return (
    <li>
      <fieldset class="row">
        <legend class="unseen">Row {number}</legend>
        <div class="row-head">
          <Combobox
            label={`Model of row ${number}`}
            value={row.kind === 'model' ? row.model.replace(/^file:/, '') : 'Geometry by hand'}
            invalid={row.kind === 'model' && problem !== undefined}
            describedBy={problem === undefined ? undefined : problemId}
            optionsFor={optionsFor}
            onChoose={choose}
          />
          {props.canRemove && (
            <button type="button" aria-label={`Remove row ${number}`} onClick={props.onRemove}>
              ✕
            </button>
          )}
        </div>
        <RowResult view={view} row={row} problemId={problemId} onFetch={props.onFetch} />
        {row.kind === 'design' && (
          <KnobFields
            knobs={row.knobs}
            problem={problem ?? ''}
            onChange={(name, value) => onChange({ ...row, knobs: { ...row.knobs, [name]: value } })}
          />
        )}
        <div class="use stacked">
          <SelectField
            label="Engine"
            value={row.engine}
            options={ENGINE_NAMES}
            onChange={(engine) => use({ engine, settings: {} })}
          />
          <SelectField
            label="KV dtype"
            value={row.keyDtype}
            options={[{ value: '', text: 'auto' }, ...DTYPE_NAMES]}
            onChange={(keyDtype) => use({ keyDtype })}
          />
          <TextField
            label="TP"
            title="Tensor-parallel devices"
            numeric
            value={row.devices.tp}
            onChange={(tp) => use({ devices: { ...row.devices, tp } })}
          />
        </div>
        <Disclosure
          summary={`More: ${settings.length === 0 ? 'dtypes and devices' : `settings of ${row.engine}, dtypes, devices`}`}
        >
          {() => (
            <>
              {settings.map((setting) => (
                <SettingField
                  key={setting.name}
                  setting={setting}
                  value={row.settings[setting.name] ?? ''}
                  onChange={(value) => use({ settings: withSetting(row.settings, setting.name, value) })}
                />
              ))}
              <SelectField
                label="Dtype of values"
                value={row.valueDtype}
                options={[{ value: '', text: 'as keys' }, ...DTYPE_NAMES]}
                onChange={(valueDtype) => use({ valueDtype })}
              />
              <TextField
                label="Size of the weights"
                value={row.weights}
                placeholder="as known"
                onChange={(weights) => use({ weights })}
              />
              <SelectField
                label="Dtype of the weights"
                value={row.weightDtype}
                options={[{ value: '', text: 'as published' }, ...DTYPE_NAMES]}
                onChange={(weightDtype) => use({ weightDtype })}
              />
              {DEVICE_NAMES.filter((name) => name !== 'tp').map((name) => (
                <TextField
                  key={name}
                  label={DEVICE_LABELS[name]}
                  numeric
                  value={row.devices[name]}
                  onChange={(value) => use({ devices: { ...row.devices, [name]: value } })}
                />
              ))}
            </>
          )}
        </Disclosure>
      </fieldset>
    </li>
  );
}

const DEVICE_LABELS: Readonly<Record<DeviceName, string>> = {
  tp: 'Tensor-parallel devices',
  pp: 'Pipeline-parallel stages',
  dp: 'Data-parallel replicas',
  cp: 'Context-parallel devices',
};

/** The option of the list that is no model. */
const BY_HAND = 'by hand';

async function optionsFor(text: string): Promise<readonly Option[]> {
  const { matches } = await loadReader();
  const found = matches(text).map(({ id, name, organization }) => ({
    value: id,
    label: name,
    detail: organization,
  }));
  const onHub = hubName(text);
  const isKnown = found.some(({ value }) => value.toLowerCase() === onHub?.toLowerCase());
  return [
    ...found,
    ...(onHub === undefined || isKnown
      ? []
      : [
          {
            value: `hf:${onHub}`,
            label: `Fetch ${onHub}`,
            detail: 'asks huggingface.co for its config.json',
          },
        ]),
    { value: BY_HAND, label: 'Geometry by hand', detail: 'heads, layers, windows as numbers' },
  ];
}

function RowResult(props: {
  readonly row: Row;
  readonly view: RowView | undefined;
  readonly problemId: string;
  readonly onFetch: (reference: string) => void;
}): JSX.Element | null {
  const { row, view } = props;
  switch (view?.status) {
    case 'ready':
      return (
        <>
          <ul class="results">
            {view.results.map(({ label, place, total, perToken, perDevice, saving }) => (
              <li key={label}>
                <i class="swatch" style={{ background: strokeAt(place).color }} />
                {(view.results.length > 1 || row.kind === 'design') && <span class="label">{label}</span>}
                <b>{total}</b>
                <small>
                  {perToken} a token{perDevice === '' ? '' : `, ${perDevice} a device`}
                  {saving === '' ? '' : `, ${saving}`}
                </small>
              </li>
            ))}
          </ul>
          {view.warnings.map((warning) => (
            <p key={warning} class="warning">
              {warning}
            </p>
          ))}
        </>
      );
    case 'loading':
      return <p class="hint">Reading …</p>;
    case 'unrequested':
      return (
        <p class="hint">
          Nothing was asked of the network yet.{' '}
          <button type="button" onClick={() => row.kind === 'model' && props.onFetch(row.model)}>
            Fetch its config.json from huggingface.co
          </button>
        </p>
      );
    case 'problem':
      return (
        <p class="problem" role="alert" id={props.problemId}>
          {view.message}
        </p>
      );
    default:
      return null;
  }
}

const KNOB_LABELS: Readonly<Record<KnobName, string>> = {
  'emb-dim': 'Embedding size',
  'n-heads': 'Attention heads',
  'n-layers': 'Layers',
  'head-dim': 'Head size',
  'n-kv-groups': 'GQA: query heads per KV head',
  'latent-dim': 'MLA: latent size',
  'kv-lora-rank': 'MLA: rank beside a rotary key',
  'qk-rope-head-dim': 'MLA: rotary key size',
  'sliding-window-size': 'Sliding window, tokens',
  'swa-ratio': 'Sliding to full layers',
  'recurrent-ratio': 'Recurrent to full layers',
};

const KNOB_PLACEHOLDERS: Partial<Record<KnobName, string>> = {
  'head-dim': 'derived',
  'swa-ratio': '1:0',
  ...{ 'emb-dim': '', 'n-heads': '', 'n-layers': '' },
};

function KnobFields(props: {
  readonly knobs: Readonly<Record<KnobName, string>>;
  readonly problem: string;
  readonly onChange: (name: KnobName, value: string) => void;
}): JSX.Element {
  return (
    <div class="more">
      {(Object.keys(KNOB_LABELS) as KnobName[]).map((name) => (
        <TextField
          key={name}
          label={KNOB_LABELS[name]}
          value={props.knobs[name]}
          placeholder={KNOB_PLACEHOLDERS[name] ?? 'none'}
          invalid={props.problem.startsWith(`${name.replaceAll('-', '_')} `)}
          onChange={(value) => props.onChange(name, value)}
        />
      ))}
    </div>
  );
}

/** Settings with one of them changed; an empty one is not set. */
function withSetting(settings: Use['settings'], name: string, value: string): Use['settings'] {
  const { [name]: _, ...others } = settings;
  return value === '' ? others : { ...others, [name]: value };
}
