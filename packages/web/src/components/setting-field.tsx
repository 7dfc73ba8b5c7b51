import type { JSX } from 'preact';
import type { NamedSetting } from '../state/settings.js';
import { SelectField, TextField } from './fields.js';

/** A control for a setting of an engine, made from its description. */
export function SettingField(props: {
  readonly setting: NamedSetting;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const { setting, value, onChange } = props;
  const { flag, type, description } = setting;
  if (type === 'integer' || type === 'number' || type === 'fraction' || type === 'text') {
    return (
      <TextField
        label={flag}
        title={description}
        numeric={type !== 'text'}
        value={value}
        placeholder="default"
        onChange={onChange}
      />
    );
  }
  const words = type === 'boolean' ? ['on', 'off'] : type;
  return (
    <SelectField
      label={flag}
      title={description}
      value={value}
      options={[{ value: '', text: 'default' }, ...words]}
      onChange={onChange}
    />
  );
}
