import { InputError } from '@kv/core';
import type { Answer } from './http.js';
import { type HubReference, hubArgument } from './reference.js';
import type { HubToken } from './token.js';

/**
 * Why a hub does not give a file, as the error for the user; undefined where it has the repository but not the file.
 * The hub says why in `X-Error-Code`, which a mirror may lack.
 *
 * Source: huggingface/huggingface_hub, `utils/_http.py` (`hf_raise_for_status`), 2.4.0: asked without a token, the hub
 * answers 401 for repositories that do not exist, too.
 */
export function refusal(
  { status, header }: Answer<unknown>,
  reference: HubReference,
  endpoint: string,
  token: HubToken | undefined,
): InputError | undefined {
  const { repo, revision } = reference;
  switch (header('x-error-code')) {
    case 'RepoNotFound':
      return new InputError(
        `${endpoint} has no model ${repo}, or it is private and HF_TOKEN must be set to a token that may read it.`,
      );
    case 'RevisionNotFound':
      return new InputError(
        `${endpoint}/${repo} has no revision "${revision}"; give a branch, a tag or a commit of it.`,
      );
    case 'GatedRepo':
      return gated(repo, endpoint, token);
  }
  switch (status) {
    case 404:
      return undefined;
    case 401:
      return token === undefined
        ? gated(repo, endpoint, token)
        : new InputError(
            `${endpoint} does not accept the token in ${token.source}; set HF_TOKEN to a valid one.`,
          );
    case 403:
      return gated(repo, endpoint, token);
    default:
      return new InputError(`${endpoint} refuses ${hubArgument(reference)} with status ${status}.`);
  }
}

function gated(repo: string, endpoint: string, token: HubToken | undefined): InputError {
  const accept = `accept its licence at ${endpoint}/${repo}`;
  return new InputError(
    token === undefined
      ? `${repo} is gated or private; ${accept} and set HF_TOKEN to a token of yours.`
      : `${repo} is gated or private, and the token in ${token.source} may not read it; ${accept} with its account, or set HF_TOKEN to another.`,
  );
}
