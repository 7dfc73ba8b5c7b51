import type { Model } from '@kv/core';
import { MissingError } from '../errors.js';
import { withProgress } from '../render/progress.js';
import { modelFromConfigText } from './config.js';
import { fileAddress } from './hub/address.js';
import { cachedFile } from './hub/cache.js';
import { type HubReference, hubArgument, parseHubReference } from './hub/reference.js';
import { type HubSettings, hubSettings } from './hub/settings.js';
import { hubToken } from './hub/token.js';
import { readTextFile } from './text.js';

/**
 * The model that `hf:org/name[@revision]` names, by its `config.json`, or by the header of the GGUF file that is named: from the local Hugging Face cache where that has
 * it, else from the hub. The cache is only read.
 *
 * @throws InputError where the hub has no such model or does not give it; MissingError where it cannot be asked.
 */
export async function modelFromHub(argument: string): Promise<Model> {
  const reference = parseHubReference(argument);
  if (/\.gguf$/i.test(reference.file)) {
    return ggufFrom(reference, hubSettings(process.env));
  }
  const { text, source } = await textFrom(reference, hubSettings(process.env));
  const { repo, revision } = reference;
  const at = revision === 'main' ? '' : `@${revision}`;
  const name = repo.slice(repo.indexOf('/') + 1);
  return modelFromConfigText(text, { id: `${repo}${at}`, name: `${name}${at}`, source });
}

async function ggufFrom(reference: HubReference, settings: HubSettings): Promise<Model> {
  const { cacheFolder, endpoint, offline } = settings;
  const { modelFromGgufFile, modelFromGgufUrl } = await import('./gguf.js');
  const path = cachedFile(cacheFolder, reference);
  if (path !== undefined) {
    return modelFromGgufFile(path);
  }
  if (offline) {
    throw notCached(reference, settings);
  }
  const token = hubToken(process.env);
  return withProgress(
    `Fetching the header of ${reference.file} of ${reference.repo} from ${endpoint} ...`,
    () =>
      modelFromGgufUrl(
        fileAddress(endpoint, reference),
        token === undefined ? {} : { authorization: `Bearer ${token.value}` },
      ),
  );
}

function notCached(reference: HubReference, { cacheFolder, endpoint }: HubSettings): MissingError {
  return new MissingError(
    `${hubArgument(reference)} is not in the cache ${cacheFolder}, and HF_HUB_OFFLINE forbids asking ${endpoint}; unset it, or download ${reference.file} first.`,
  );
}

async function textFrom(
  reference: HubReference,
  settings: HubSettings,
): Promise<{ readonly text: string; readonly source: string }> {
  const { cacheFolder, endpoint, offline } = settings;
  const path = cachedFile(cacheFolder, reference);
  if (path !== undefined) {
    return { text: await readTextFile(path), source: path };
  }
  if (offline) {
    throw notCached(reference, settings);
  }
  const { remoteText } = await import('./hub/remote.js');
  return withProgress(`Fetching ${reference.file} of ${reference.repo} from ${endpoint}`, () =>
    remoteText(reference, settings, process.env),
  );
}
