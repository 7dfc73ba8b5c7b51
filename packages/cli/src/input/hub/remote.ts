import { absentFile } from './absent-file.js';
import { fileAddress } from './address.js';
import { askForText, hubFetch } from './http.js';
import type { HubReference } from './reference.js';
import { refusal } from './refusal.js';
import type { Environment, HubSettings } from './settings.js';
import { hubToken } from './token.js';

/** A text on a hub. */
export interface RemoteText {
  readonly text: string;
  /** Its address, at the commit that the hub says it belongs to. */
  readonly source: string;
}

/**
 * The text of a file on a hub.
 *
 * @throws InputError where the hub has none or does not give it; MissingError where it cannot be asked.
 */
export async function remoteText(
  reference: HubReference,
  settings: HubSettings,
  environment: Environment,
): Promise<RemoteText> {
  const { endpoint } = settings;
  const token = hubToken(environment);
  const request = hubFetch(settings, token);
  const answer = await askForText(request, fileAddress(endpoint, reference));
  if (answer.status !== 200) {
    throw refusal(answer, reference, endpoint, token) ?? (await absentFile(reference, endpoint, request));
  }
  const commit = answer.header('x-repo-commit') ?? '';
  const revision = /^[0-9a-f]{40}$/.test(commit) ? commit : reference.revision;
  return { text: answer.text, source: fileAddress(endpoint, { ...reference, revision }) };
}
