import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { HubReference } from './reference.js';

/**
 * The path of a file in the local Hugging Face cache; undefined where it is not there. A branch or tag means the commit
 * that it was when something of it was last downloaded. Nothing is ever written.
 *
 * Source: huggingface/huggingface_hub, `file_download.py` (`try_to_load_from_cache`, `repo_folder_name`), 2.4.0:
 * `models--org--name/refs/<revision>` holds a commit, and `models--org--name/snapshots/<commit>/` links to files.
 *
 * @param cacheFolder the folder that holds `models--org--name`.
 */
export function cachedFile(cacheFolder: string, reference: HubReference): string | undefined {
  const commit = cachedCommit(cacheFolder, reference);
  const path = join(repoFolder(cacheFolder, reference), 'snapshots', commit ?? '', reference.file);
  return commit !== undefined && isFile(path) ? path : undefined;
}

/** The commit that a revision is in the local cache; undefined where that does not know it. */
export function cachedCommit(cacheFolder: string, reference: HubReference): string | undefined {
  const { revision } = reference;
  const commit = textOf(join(repoFolder(cacheFolder, reference), 'refs', revision))?.trim() ?? revision;
  // What stands in a ref must not lead out of the cache.
  return /^[0-9a-f]{40}$/.test(commit) ? commit : undefined;
}

function repoFolder(cacheFolder: string, { repo }: HubReference): string {
  return join(cacheFolder, ['models', ...repo.split('/')].join('--'));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Links are followed; one whose file was deleted is none. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
