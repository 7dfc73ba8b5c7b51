import { dirname } from 'node:path';
import type { Model } from '@kv/core';
import type { ByteSource } from '@kv/gguf';
import { MissingError } from '../errors.js';
import { withProgress } from '../terminal/progress.js';
import { folderFiles } from './files.js';
import { fileAddress } from './hub/address.js';
import { cachedCommit, cachedFile } from './hub/cache.js';
import { type HubReference, hubArgument, hubId, parseHubReference } from './hub/reference.js';
import type { RemoteRepository } from './hub/remote.js';
import { type HubSettings, hubSettings } from './hub/settings.js';
import { modelFromFiles, type Wanted } from './model-files.js';
import { readTextFile } from './text.js';

/**
 * The model that `hf:org/name[@revision]` names, by its `config.json` and the files beside it, or by the header of the
 * GGUF file that is named: from the local Hugging Face cache where that has it, else from the hub. The cache is only
 * read.
 *
 * @throws InputError where the hub has no such model or does not give it; MissingError where it cannot be asked.
 */
export function modelFromHub(argument: string, wanted: Wanted): Promise<Model> {
  const reference = parseHubReference(argument);
  const settings = hubSettings(process.env);
  return /\.gguf$/i.test(reference.file)
    ? ggufModel(reference, settings)
    : configModel(reference, settings, wanted);
}

async function configModel(reference: HubReference, settings: HubSettings, wanted: Wanted): Promise<Model> {
  const { cacheFolder, offline } = settings;
  const id = hubId(reference);
  const origin = { id, name: id.slice(reference.repo.indexOf('/') + 1) };
  const path = cachedFile(cacheFolder, reference);
  if (path === undefined) {
    const { text, beside } = await remote(reference, settings);
    return modelFromFiles(await text(), origin, [beside], wanted);
  }
  const config = { text: await readTextFile(path), source: path };
  const places = [folderFiles(dirname(path))];
  if (wanted.weights === true && !offline) {
    // A snapshot may hold no more than what was once asked for; the hub has the rest of that commit.
    const revision = cachedCommit(cacheFolder, reference) ?? reference.revision;
    places.push((await remote({ ...reference, revision }, settings)).beside);
  }
  return modelFromFiles(config, origin, places, wanted);
}

async function ggufModel(reference: HubReference, settings: HubSettings): Promise<Model> {
  const { cacheFolder, endpoint } = settings;
  const { fileSource } = await import('./file-source.js');
  const { modelFromGgufSource } = await import('./gguf.js');
  let opened: Promise<RemoteRepository> | undefined;
  /** From the cache where that has this file; not all files of a model must be there. */
  const sourceOf = (file: string): ByteSource => {
    const asked = { ...reference, file };
    const path = cachedFile(cacheFolder, asked);
    if (path !== undefined) {
      return fileSource(path);
    }
    opened ??= remote(asked, settings);
    const repository = opened;
    return {
      name: fileAddress(endpoint, asked),
      read: async (offset, length) => (await repository).source(file).read(offset, length),
    };
  };
  const { file, repo } = reference;
  const source = cachedFile(cacheFolder, reference) ?? fileAddress(endpoint, reference);
  const origin = { id: `${hubId(reference)}/${file}`, source };
  return withProgress(`Fetching the header of ${file} of ${repo} from ${endpoint}`, () =>
    modelFromGgufSource(file, file, origin, sourceOf),
  );
}

/**
 * The repository on the hub, which is loaded only where something is asked of it.
 *
 * @throws MissingError where the network must not be used.
 */
async function remote(reference: HubReference, settings: HubSettings): Promise<RemoteRepository> {
  const { cacheFolder, endpoint, offline } = settings;
  if (offline) {
    throw new MissingError(
      `${hubArgument(reference)} is not in the cache ${cacheFolder}, and HF_HUB_OFFLINE forbids asking ${endpoint}; unset it, or download ${reference.file} first.`,
    );
  }
  const { remoteRepository } = await import('./hub/remote.js');
  return remoteRepository(reference, settings, process.env);
}
