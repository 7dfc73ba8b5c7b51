import { InputError } from '@kv/core';
import type { ByteSource } from './source.js';

/** How an address is asked. */
export interface UrlOptions {
  /** Sent with each request, such as `authorization`; to other hosts than the first only where redirects keep them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For each request, its body included. */
  readonly timeoutMilliseconds?: number;
  readonly fetch?: typeof fetch;
}

const TIMEOUT_MILLISECONDS = 30_000;

/** How long to wait before each further attempt. */
const RETRY_MILLISECONDS = [250, 1000];

/**
 * The bytes at an http or https address, read by range requests; redirects are followed.
 *
 * What may pass (no connection, a time-out, 408, 429, 5xx) is tried three times in all. A server that ignores ranges is
 * refused before its file is downloaded.
 */
export function urlSource(url: string, options: UrlOptions = {}): ByteSource {
  return { name: url, read: (offset, length) => readRange(url, offset, length, options) };
}

async function readRange(
  url: string,
  offset: number,
  length: number,
  options: UrlOptions,
): Promise<Uint8Array> {
  for (let attempt = 0; ; attempt++) {
    const pause = RETRY_MILLISECONDS[attempt];
    try {
      return await requestRange(url, offset, length, options);
    } catch (error) {
      if (error instanceof InputError || pause === undefined) {
        throw error instanceof InputError ? error : failed(url, error);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The bytes of one request. Rejects with an InputError where asking again is of no use. */
async function requestRange(
  url: string,
  offset: number,
  length: number,
  { headers = {}, timeoutMilliseconds = TIMEOUT_MILLISECONDS, fetch = globalThis.fetch }: UrlOptions,
): Promise<Uint8Array> {
  const response = await fetch(url, {
    headers: {
      ...headers,
      range: `bytes=${offset}-${offset + length - 1}`,
      'accept-encoding': 'identity',
    },
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  if (![200, 206, 416].includes(response.status)) {
    await response.body?.cancel();
    throw statusError(url, response.status);
  }
  return rangeFrom(response, url, offset, length);
}

/** What is needed of the answer to a request for a range of bytes. */
export interface RangeAnswer {
  readonly status: number;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly body: {
    readonly cancel: () => Promise<void>;
    readonly getReader: () => {
      readonly read: () => Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
      readonly cancel: () => Promise<void>;
    };
  } | null;
}

/**
 * The `length` bytes from `offset` on that were asked for, fewer only where the file ends; from an answer of status
 * 206, 416, or 200.
 *
 * @throws InputError, which names the address, for other bytes, and for a whole file that is longer, before it is read.
 */
export async function rangeFrom(
  response: RangeAnswer,
  url: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  switch (response.status) {
    case 206: {
      const first = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
      if (Number(first) !== offset) {
        await response.body?.cancel();
        throw new InputError(`${url} answers with other bytes than those asked for; download the file.`);
      }
      return await bodyOf(response, length);
    }
    case 416:
      await response.body?.cancel();
      return new Uint8Array(0);
    default: {
      const size = Number(response.headers.get('content-length') ?? Number.NaN);
      if (offset === 0 && size <= length) {
        return await bodyOf(response, length);
      }
      await response.body?.cancel();
      throw new InputError(
        `${url} cannot be read in parts, since its server does not answer range requests; download the file.`,
      );
    }
  }
}

/** A body of at most `length` bytes; what a server sends beyond is not read. */
async function bodyOf(response: RangeAnswer, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined && filled < length) {
    const { done, value } = await reader.read();
    if (done || value === undefined) {
      break;
    }
    const part = value.subarray(0, length - filled);
    bytes.set(part, filled);
    filled += part.length;
  }
  await reader?.cancel();
  const stated = response.headers.get('content-length');
  if (stated !== null && filled < Math.min(Number(stated), length)) {
    throw new Error(`the answer ended after ${filled} of ${stated} bytes`);
  }
  return bytes.subarray(0, filled);
}

function statusError(url: string, status: number): Error {
  if (status === 408 || status === 429 || status >= 500) {
    return new Error(`status ${status}`);
  }
  const meaning = STATUS_MEANINGS.get(status);
  return new InputError(
    `${url} cannot be read: status ${status}${meaning === undefined ? '' : `, ${meaning}`}.`,
  );
}

const STATUS_MEANINGS: ReadonlyMap<number, string> = new Map([
  [401, 'so it needs a login'],
  [403, 'so access to it must be granted first'],
  [404, 'so it is not there'],
]);

function failed(url: string, error: unknown): InputError {
  const reason =
    error instanceof Error && error.name === 'TimeoutError'
      ? 'no answer in time'
      : error instanceof Error
        ? causeOf(error)
        : String(error);
  return new InputError(
    `${url} cannot be read (${reason}), after ${RETRY_MILLISECONDS.length + 1} attempts.`,
  );
}

/** `fetch failed` says nothing; what lies behind it does. */
function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
