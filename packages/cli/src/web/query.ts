import { existsSync } from 'node:fs';
import { designs, InputError, type KnobTexts, knobTexts } from '@kv/core';
import {
  DEFAULT_STATE,
  DEFAULT_USE,
  formatAddress,
  MAX_ROWS,
  NO_KNOBS,
  type Row,
  type Use,
} from '@kv/web/state';
import { settingTexts } from '../engine-options.js';
import { flagOf, hasGeometry, knobsFrom } from '../geometry.js';
import { isHubReference } from '../input/hub/reference.js';
import { modelFrom } from '../input/model.js';
import type { WorkloadOptions } from '../options.js';
import { engineNames, usesOf } from '../workload.js';

/**
 * The query with which the page opens on what the flags say; empty where they say nothing. Models of the hub are for the
 * page to ask for, when its reader says so.
 *
 * @throws InputError for a value that makes no sense, and for a file, which an address cannot hold.
 */
export async function pageQuery(
  models: readonly string[],
  options: KnobTexts & WorkloadOptions,
): Promise<string> {
  if (models.length > 0 && hasGeometry(options)) {
    throw new InputError('Give either models or geometry by hand (--emb-dim and so on), not both.');
  }
  const rows = [...(await modelRows(models, options)), ...designRows(options)];
  if (rows.length > MAX_ROWS) {
    throw new InputError(`The page compares ${MAX_ROWS} rows at most; these would be ${rows.length}.`);
  }
  return formatAddress({
    ...DEFAULT_STATE,
    ...(rows.length === 0 ? {} : { rows }),
    ...given({ context: options.context, sequences: options.sequences }),
  });
}

async function modelRows(models: readonly string[], options: WorkloadOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const name of models) {
    for (const use of pageUses(options)) {
      rows.push({ kind: 'model', model: await pageName(name, options), ...use });
    }
  }
  return rows;
}

/** The name by which the page finds a model, which is checked here as far as no network is needed. */
async function pageName(name: string, options: WorkloadOptions): Promise<string> {
  if (isHubReference(name)) {
    return name;
  }
  if (name === '-' || existsSync(name) || /^https?:/i.test(name)) {
    throw new InputError(
      `An address cannot hold "${name}"; open the page with "kv web" and drop the file there.`,
    );
  }
  const model = await modelFrom(name);
  usesOf(model, options);
  return model.id;
}

function designRows(options: KnobTexts & WorkloadOptions): readonly Row[] {
  if (!hasGeometry(options)) {
    return [];
  }
  for (const { model } of designs(knobsFrom(options))) {
    usesOf(model, options);
  }
  const texts = Object.entries(knobTexts(options)).map(([key, text]) => [
    flagOf(key).replace(/^--/, ''),
    text,
  ]);
  const knobs = { ...NO_KNOBS, ...Object.fromEntries(texts) };
  return pageUses(options).map((use) => ({ kind: 'design', knobs, ...use }));
}

/** How the flags say that each row is used, once for each engine. */
function pageUses(options: WorkloadOptions): readonly Use[] {
  const { kvDtype, keyDtype = kvDtype, valueDtype = kvDtype, tp, pp, dp, cp } = options;
  return engineNames(options).map((engine) => ({
    ...DEFAULT_USE,
    engine,
    keyDtype: dtypeText(keyDtype),
    valueDtype: valueDtype === keyDtype ? '' : dtypeText(valueDtype),
    devices: { ...DEFAULT_USE.devices, ...given({ tp, pp, dp, cp }) },
    settings: settingTexts(engine, options),
  }));
}

function dtypeText(text = 'auto'): string {
  return text.toLowerCase() === 'auto' ? '' : text;
}

/** The entries that are not undefined. */
function given<Key extends string>(
  texts: Readonly<Record<Key, string | undefined>>,
): Partial<Record<Key, string>> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)) as Partial<
    Record<Key, string>
  >;
}
