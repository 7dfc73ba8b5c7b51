import { homedir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@kv/core';

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How the hub is asked. */
export interface HubSettings {
  /** Origin and path of the hub, without a slash at the end. */
  readonly endpoint: string;
  /** The folder that holds `models--org--name`. */
  readonly cacheFolder: string;
  /** Whether the network must not be used. */
  readonly offline: boolean;
  /** Until a connection stands, and from then until the answer begins, in milliseconds. */
  readonly answerTimeout: number;
  /** Without a byte of the answer's body, in milliseconds. */
  readonly stallTimeout: number;
}

/**
 * What the environment says, under the names of Hugging Face's own tools:
 *
 * - `HF_ENDPOINT`, https://huggingface.co by default;
 * - `HF_HUB_CACHE` (older: `HUGGINGFACE_HUB_CACHE`), `hub` in `hfHome` by default;
 * - `HF_HUB_OFFLINE` (older: `TRANSFORMERS_OFFLINE`);
 * - `HF_HUB_ETAG_TIMEOUT` and `HF_HUB_DOWNLOAD_TIMEOUT` in seconds, 10 by default.
 *
 * Source: huggingface/huggingface_hub, `constants.py`, 2.4.0.
 *
 * @throws InputError for a value that makes no sense.
 */
export function hubSettings(environment: Environment): HubSettings {
  const cacheFolder = setValue(environment, 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE');
  return {
    endpoint: endpointFrom(setValue(environment, 'HF_ENDPOINT') ?? 'https://huggingface.co'),
    cacheFolder: cacheFolder === undefined ? join(hfHome(environment), 'hub') : expandHome(cacheFolder),
    offline: isTrue(setValue(environment, 'HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE')),
    answerTimeout: milliseconds(environment, 'HF_HUB_ETAG_TIMEOUT'),
    stallTimeout: milliseconds(environment, 'HF_HUB_DOWNLOAD_TIMEOUT'),
  };
}

/** `HF_HOME`, else `huggingface` in `XDG_CACHE_HOME` or `~/.cache`. */
export function hfHome(environment: Environment): string {
  const home = setValue(environment, 'HF_HOME');
  return expandHome(
    home ?? join(setValue(environment, 'XDG_CACHE_HOME') ?? join('~', '.cache'), 'huggingface'),
  );
}

/** The first of several variables that is set and not empty. */
export function setValue(environment: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
}

/** What Hugging Face's tools take for true: `1`, `ON`, `YES`, `TRUE`, in any case. */
export function isTrue(text: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes(text?.toUpperCase() ?? '');
}

/** `~` at the beginning of a path is the user's home. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

function endpointFrom(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    throw new InputError('HF_ENDPOINT holds a user name or password; give a token in HF_TOKEN instead.');
  }
  if (url === undefined || !['https:', 'http:'].includes(url.protocol)) {
    throw new InputError(`HF_ENDPOINT is "${text}"; it must be an address such as https://huggingface.co.`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function milliseconds(environment: Environment, name: string): number {
  const text = setValue(environment, name) ?? '10';
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 3600)) {
    throw new InputError(`${name} is "${text}"; it must be a number of seconds above 0 and at most 3600.`);
  }
  return Math.ceil(seconds * 1000);
}
