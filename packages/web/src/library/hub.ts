import { InputError, type Model } from '@kv/core';
import { loadReader } from './library.js';

/** Where published models are fetched from, when a person asks for one. The page's policy allows no other host. */
const HUB = 'https://huggingface.co';

/** The `org/name` or `org/name@revision` that a text may mean on the hub, or undefined. */
export function hubName(text: string): string | undefined {
  const name = text.trim().replace(/^(hf:|https:\/\/huggingface\.co\/)/, '');
  return /^[\w.-]+\/[\w.-]+(@[\w.-]+)?$/.test(name) ? name : undefined;
}

/**
 * The model that a repository of the hub describes, `org/name` or `org/name@revision`. Its `config.json` is asked for, without cookies, and nothing else.
 *
 * @throws InputError where the hub does not give it, or it is not understood.
 */
export async function modelFromHub(reference: string): Promise<Model> {
  const [name = '', revision = 'main'] = reference.split('@');
  const address = `${HUB}/${name}/resolve/${revision}/config.json`;
  const [{ configModel }, response] = await Promise.all([loadReader(), ask(address, name)]);
  if (!response.ok) {
    throw new InputError(`${refusal(response.status, name)} Its config.json can be dropped here instead.`);
  }
  return configModel(await response.text(), name.slice(name.indexOf('/') + 1), address);
}

async function ask(address: string, name: string): Promise<Response> {
  try {
    return await fetch(address, { credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch {
    throw new InputError(`huggingface.co cannot be reached for ${name}; drop its config.json here instead.`);
  }
}

function refusal(status: number, name: string): string {
  switch (status) {
    case 401:
    case 403:
      return `huggingface.co has no ${name} that everyone may read: it is gated, private or not there.`;
    case 404:
      return `huggingface.co has no config.json for ${name}.`;
    default:
      return `huggingface.co answered ${status} for ${name}.`;
  }
}
