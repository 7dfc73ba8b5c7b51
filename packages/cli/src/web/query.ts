import { existsSync } from 'node:fs';
import { designs, engineNamed, InputError, type Model, settle, textsOf, weightsInFormat } from '@kv/core';
import { gpuNamed } from '@kv/core/gpus';
import { DEFAULT_STATE, formatAddress, MAX_ROWS, type Row, rowOf } from '@kv/web/state';
import { type DeploymentOptions, deploymentsFrom, hasGeometry } from '../deployments.js';
import { isHubReference } from '../input/hub/reference.js';
import { modelFrom } from '../input/model.js';

/**
 * The query with which the page opens on what the flags say; empty where they say nothing. Models of the hub are for the
 * page to ask for, when its reader says so.
 *
 * @throws InputError for a value that makes no sense, and for a file, which an address cannot hold.
 */
export async function pageQuery(models: readonly string[], options: DeploymentOptions): Promise<string> {
  const rows: Row[] = [];
  for (const model of models.length > 0 || !hasGeometry(options) ? models : [undefined]) {
    rows.push(...(await rowsOf(model, options)));
  }
  if (rows.length > MAX_ROWS) {
    throw new InputError(`The page compares ${MAX_ROWS} rows at most; these would be ${rows.length}.`);
  }
  const { context = DEFAULT_STATE.context, sequences = DEFAULT_STATE.sequences } = options;
  return formatAddress({ ...DEFAULT_STATE, context, sequences, ...(rows.length === 0 ? {} : { rows }) });
}

/** A row for each engine, checked here as far as no network is needed. */
async function rowsOf(name: string | undefined, options: DeploymentOptions): Promise<readonly Row[]> {
  const found = name === undefined ? undefined : await pageModel(name);
  return deploymentsFrom(name, options).map((deployment) => {
    const { model } = deployment;
    const meant =
      'design' in model
        ? designs(model.design).map((design) => design.model)
        : found === undefined
          ? []
          : [found];
    for (const one of meant) {
      settle(deployment, { model: one, engineNamed, weightsInFormat, gpuNamed });
    }
    return rowOf({ ...textsOf(deployment), ...(found === undefined ? {} : { model: found.id }) });
  });
}

/** The model by whose id the page finds it; undefined where the page asks the hub itself. */
async function pageModel(name: string): Promise<Model | undefined> {
  if (isHubReference(name)) {
    return undefined;
  }
  if (name === '-' || existsSync(name) || /^https?:/i.test(name)) {
    throw new InputError(
      `An address cannot hold "${name}"; open the page with "kv web" and drop the file there.`,
    );
  }
  return modelFrom(name);
}
