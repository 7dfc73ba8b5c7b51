import { InputError } from '@kv/core';
import { rangeFrom } from '@kv/gguf';
import { EnvHttpProxyAgent, fetch, interceptors, type Response } from 'undici';
import { MissingError } from '../../errors.js';
import { type Limit, textOf } from '../text.js';
import type { HubSettings } from './settings.js';
import type { HubToken } from './token.js';

/** Attempts after the first one, half a second and a second after a failure. */
const RETRIES = 2;

/** The longest wait that an answer's `Retry-After` is granted, in milliseconds. */
const LONGEST_WAIT = 10_000;

/** Failures of the network that may pass. */
const PASSING_FAILURES = [
  ...['ECONNRESET', 'ECONNREFUSED', 'ENETDOWN', 'ENETUNREACH', 'EHOSTDOWN', 'EHOSTUNREACH', 'EPIPE'],
  ...['EAI_AGAIN', 'ETIMEDOUT', 'UND_ERR_SOCKET'],
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
];

/** Asks one hub for the file at an address. */
export type HubFetch = (url: string, headers?: Readonly<Record<string, string>>) => Promise<Response>;

/**
 * Requests to a hub. They carry the token as far as the hub's own origin (the Fetch standard takes it off on a redirect
 * to another one), give up a silent connection, are made again after 429, 5xx and failures of the network that may pass,
 * resume a body that was cut short, and go through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.
 *
 * @throws InputError where such a proxy is no address.
 */
export function hubFetch(
  { answerTimeout, stallTimeout }: HubSettings,
  token: HubToken | undefined,
): HubFetch {
  const agent = proxyAgent({
    // Plain HTTP needs no tunnel, as with curl; not every proxy opens one to port 80.
    proxyTunnel: false,
    connect: { timeout: answerTimeout },
    headersTimeout: answerTimeout,
    bodyTimeout: stallTimeout,
  });
  const dispatcher = agent.compose(
    interceptors.retry({ maxRetries: RETRIES, maxTimeout: LONGEST_WAIT, errorCodes: PASSING_FAILURES }),
  );
  const longest = (RETRIES + 1) * (2 * answerTimeout + stallTimeout) + RETRIES * LONGEST_WAIT;
  let failure: unknown;
  return async (url, headers = {}) => {
    try {
      return await fetch(url, {
        dispatcher,
        signal: AbortSignal.timeout(longest),
        headers: {
          // Without compression its length tells whether a body is whole.
          'accept-encoding': 'identity',
          'user-agent': 'kv',
          ...(token === undefined ? {} : { authorization: `Bearer ${token.value}` }),
          ...headers,
        },
      });
    } catch (error) {
      // The agent would knock at a proxy that closes tunnels in silence without end.
      failure ??= error;
      await agent.destroy();
      // Requests beside the one that failed end with the agent, and not for a reason of their own.
      throw failure;
    }
  };
}

/** The agent of a proxy that is no address cannot be made; the address may hold a password, so it is not shown. */
function proxyAgent(options: EnvHttpProxyAgent.Options): EnvHttpProxyAgent {
  try {
    return new EnvHttpProxyAgent(options);
  } catch {
    throw new InputError(
      'HTTPS_PROXY or HTTP_PROXY is not the address of a proxy, such as http://proxy:8080.',
    );
  }
}

/** What a hub says to a request. */
export interface Answer<Content> {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Undefined where the status says that the hub does not give it. */
  readonly content: Content | undefined;
}

/**
 * A text from a hub, or the status that stands for its absence. A body that was cut short and could not be resumed is
 * asked for once more from its beginning.
 *
 * @throws MissingError where the hub cannot be reached or fails, InputError where the text is far too large.
 */
export function askForText(request: HubFetch, url: string, limit?: Limit): Promise<Answer<string>> {
  return ask(request, url, {}, [200], ({ body }) => (body === null ? '' : textOf(body, url, limit)));
}

/**
 * The `length` bytes from `offset` on of a file on a hub, fewer only where it ends; likewise.
 *
 * @throws MissingError where the hub cannot be reached or fails, InputError where it does not give files in parts.
 */
export function askForRange(
  request: HubFetch,
  url: string,
  offset: number,
  length: number,
): Promise<Answer<Uint8Array>> {
  const headers = { range: `bytes=${offset}-${offset + length - 1}` };
  return ask(request, url, headers, [200, 206, 416], (response) => rangeFrom(response, url, offset, length));
}

async function ask<Content>(
  request: HubFetch,
  url: string,
  headers: Readonly<Record<string, string>>,
  given: readonly number[],
  read: (response: Response) => Promise<Content> | Content,
): Promise<Answer<Content>> {
  const attempt = async (): Promise<Answer<Content>> => {
    const response = await request(url, headers);
    const isGiven = given.includes(response.status);
    if (!isGiven) {
      await response.body?.cancel();
    }
    return {
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      content: isGiven ? await read(response) : undefined,
    };
  };
  try {
    return await attempt().catch((error: unknown) => (isCutShort(error) ? attempt() : Promise.reject(error)));
  } catch (error) {
    throw error instanceof InputError ? error : networkFailure(error, new URL(url).host);
  }
}

/** How undici's bodies fail. */
function isCutShort(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'terminated';
}

/** What a failed request of undici's leaves as its cause. */
interface Cause {
  /** A word, or a number that says nothing. */
  readonly code?: string | number;
  readonly message?: string;
  /** The last answer's, where it was asked for as often as it may be. */
  readonly statusCode?: number;
}

function networkFailure(error: unknown, host: string): MissingError {
  if (isCutShort(error)) {
    return new MissingError(
      `The answer of ${host} was cut short; try again, or allow it more seconds without a byte with HF_HUB_DOWNLOAD_TIMEOUT.`,
    );
  }
  const { name, message, cause } = error as Error & { readonly cause?: Cause };
  if (cause?.statusCode === 429) {
    return new MissingError(
      `${host} takes no more requests at the moment (status 429); wait a little, or set HF_TOKEN for a higher limit.`,
    );
  }
  if (cause?.statusCode !== undefined) {
    return new MissingError(`${host} fails at the moment (status ${cause.statusCode}); try again later.`);
  }
  const reason = typeof cause?.code === 'string' ? cause.code : (cause?.message ?? message);
  return name === 'TimeoutError' || reason.endsWith('_TIMEOUT')
    ? new MissingError(
        `${host} does not answer in time; try again, or allow more seconds with HF_HUB_ETAG_TIMEOUT.`,
      )
    : new MissingError(
        `${host} cannot be reached (${reason.replace(/\.$/, '')}); check the network, HF_ENDPOINT and HTTPS_PROXY.`,
      );
}
