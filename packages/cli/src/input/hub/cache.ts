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
export function cachedFile(cacheFolder: string, { repo, revision, file }: HubReference): string | undefined {
  const folder = join(cacheFolder, ['models', ...repo.split('/')].join('--'));
  const commit = textOf(join(folder, 'refs', revision))?.trim() ?? revision;
  const path = join(folder, 'snapshots', commit, file);
  // What stands in a ref must not lead out of the cache.
  return /^[0-9a-f]{40}$/.test(commit) && isFile(path) ? path : undefined;
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
