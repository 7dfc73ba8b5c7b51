import type { HubReference } from './reference.js';

/**
 * Where a hub has a file.
 *
 * Source: huggingface/huggingface_hub, `file_download.py` (`hf_hub_url`), 2.4.0.
 *
 * @param endpoint origin and path of the hub, without a slash at the end.
 */
export function fileAddress(endpoint: string, { repo, revision, file }: HubReference): string {
  return `${endpoint}/${repo}/resolve/${encodeURIComponent(revision)}/${file.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * Where a hub tells about a repository, `siblings` being its files.
 *
 * Source: huggingface/huggingface_hub, `hf_api.py` (`HfApi.model_info`), 2.4.0.
 */
export function infoAddress(endpoint: string, { repo, revision }: HubReference): string {
  return `${endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}`;
}
