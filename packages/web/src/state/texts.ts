import type { DeploymentTexts, KnobTexts } from '@kv/core';
import { settingsOf } from './settings.js';
import {
  DEFAULT_USE,
  DEVICE_NAMES,
  KNOB_NAMES,
  type KnobName,
  NO_KNOBS,
  type Row,
  type State,
  type Use,
} from './state.js';

/** The texts that all rows have in common; an empty control says nothing. */
export function sharedTexts({ context, sequences, gpus, overhead }: State): DeploymentTexts {
  return said({ context, sequences, gpus, overhead });
}

/**
 * What a row says, with what the page says for all of them, in the words that a deployment is read from. On which of the
 * chosen GPUs it runs, `gpu` says, and nothing here.
 */
export function textsOfRow(row: Row, state: State): DeploymentTexts {
  const { engine, keyDtype, valueDtype, devices, weights, weightDtype } = row;
  const { gpus, ...shared } = sharedTexts(state);
  const dtypes = valueDtype === '' ? { kvDtype: keyDtype } : { keyDtype, valueDtype };
  return {
    ...(row.kind === 'model' ? { model: row.model } : knobTextsOf(row.knobs)),
    ...shared,
    ...said({ engine, ...dtypes, ...(weights.trim() === '' ? { weightDtype } : { weights }) }),
    ...(setsDevices(row) ? said(devices) : said({ gpus })),
    settings: settingTexts(row, state),
  };
}

/** The row that these texts say; what it has in common with others is left out. */
export function rowOf(texts: DeploymentTexts): Row {
  const { kvDtype = '', keyDtype = kvDtype, valueDtype = kvDtype } = texts;
  const { engine, weights, weightDtype } = { ...DEFAULT_USE, ...texts };
  const use: Use = {
    ...{ engine, weights, weightDtype, keyDtype },
    valueDtype: valueDtype === keyDtype ? '' : valueDtype === '' ? 'auto' : valueDtype,
    devices: { ...DEFAULT_USE.devices, ...pick(texts, DEVICE_NAMES) },
    settings: texts.settings ?? {},
  };
  if (texts.model !== undefined) {
    return { kind: 'model', model: texts.model, ...use };
  }
  const knobs = KNOB_NAMES.flatMap((name) => {
    const text = texts[KNOB_KEYS[name]];
    return text === undefined ? [] : [[name, text]];
  });
  return { kind: 'design', knobs: { ...NO_KNOBS, ...Object.fromEntries(knobs) }, ...use };
}

/** Whether a row says how devices share its work, so that the page's number of them is not for it. */
export function setsDevices({ devices }: Use): boolean {
  return DEVICE_NAMES.some((name) => devices[name] !== DEFAULT_USE.devices[name]);
}

/** What the page calls a text, in messages: knobs as the teaching scripts do, all else as links do. */
export function nameOnPage(text: string): string {
  const isKnob = Object.values(KNOB_KEYS).some((key) => key === text);
  return text.replace(/[A-Z]/g, (letter) => `${isKnob ? '_' : '-'}${letter.toLowerCase()}`);
}

const UTILIZATION = 'gpu-memory-utilization';

/** With the part of memory that the page says for all engines that have such a setting. */
function settingTexts(
  { engine, settings }: Use,
  { utilization }: State,
): NonNullable<DeploymentTexts['settings']> {
  const own: Readonly<Record<string, string>> = Object.fromEntries(
    Object.entries(said(settings)).map(([name, text = '']) => [name, text]),
  );
  const isForIt = settingsOf(engine).some(({ name }) => name === UTILIZATION);
  return isForIt ? { ...said({ [UTILIZATION]: utilization }), ...own } : own;
}

const KNOB_KEYS = Object.fromEntries(
  KNOB_NAMES.map((name) => [name, name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())]),
) as Readonly<Record<KnobName, keyof KnobTexts>>;

function knobTextsOf(knobs: Readonly<Record<KnobName, string>>): KnobTexts {
  return said(Object.fromEntries(KNOB_NAMES.map((name) => [KNOB_KEYS[name], knobs[name]])));
}

/** Those of the texts that are not blank. */
function said<Key extends string>(
  texts: Readonly<Partial<Record<Key, string | undefined>>>,
): Partial<Record<Key, string>> {
  return Object.fromEntries(
    Object.entries<string | undefined>(texts).filter(([, text]) => text !== undefined && text.trim() !== ''),
  ) as Partial<Record<Key, string>>;
}

function pick<Key extends string>(
  texts: Readonly<Partial<Record<Key, string>>>,
  keys: readonly Key[],
): Partial<Record<Key, string>> {
  return said(Object.fromEntries(keys.map((key) => [key, texts[key]])) as Partial<Record<Key, string>>);
}
