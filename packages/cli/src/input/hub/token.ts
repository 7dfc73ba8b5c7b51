import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@kv/core';
import { type Environment, expandHome, hfHome, isTrue, setValue } from './settings.js';

/** A secret that is sent to the hub and shown nowhere. */
export interface HubToken {
  readonly value: string;
  /** The variable or file that it comes from, for messages. */
  readonly source: string;
}

/**
 * The user's token, if there is one: `HF_TOKEN` (older: `HUGGING_FACE_HUB_TOKEN`), else the text of the file
 * `HF_TOKEN_PATH`, which is `token` in `hfHome` by default. `HF_HUB_DISABLE_IMPLICIT_TOKEN` means none.
 *
 * Source: huggingface/huggingface_hub, `utils/_auth.py` (`get_token`), 2.4.0.
 *
 * @throws InputError for one that no header can hold; the message does not show it.
 */
export function hubToken(environment: Environment): HubToken | undefined {
  if (isTrue(setValue(environment, 'HF_HUB_DISABLE_IMPLICIT_TOKEN'))) {
    return undefined;
  }
  const path = expandHome(setValue(environment, 'HF_TOKEN_PATH') ?? join(hfHome(environment), 'token'));
  return (
    checked(environment.HF_TOKEN, 'HF_TOKEN') ??
    checked(environment.HUGGING_FACE_HUB_TOKEN, 'HUGGING_FACE_HUB_TOKEN') ??
    checked(textOf(path), path)
  );
}

function checked(text: string | undefined, source: string): HubToken | undefined {
  const value = text?.trim() ?? '';
  if (value === '') {
    return undefined;
  }
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new InputError(`The token in ${source} has characters that no token has; paste it anew.`);
  }
  return { value, source };
}

/** A file that is absent or closed to us holds no token. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
