import type { Readable, Writable } from 'node:stream';
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js';

type Commands = ProtocolMapping.Commands;

/** Sends one command of the Chrome DevTools Protocol; rejects where the browser refuses it or ends. */
export type Send = <Method extends keyof Commands>(
  method: Method,
  params?: Commands[Method]['paramsType'][0],
  session?: string,
) => Promise<Commands[Method]['returnType']>;

/** A browser at the other end of a pipe. */
export interface Pipe {
  readonly send: Send;
  /** Fails everything that is waited for, with that reason, and all that is sent afterwards. */
  readonly fail: (reason: Error) => void;
  /** What to do on an event of that name. */
  readonly on: (event: keyof ProtocolMapping.Events, listener: () => void) => void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/**
 * Speaks the protocol over the two ends of `--remote-debugging-pipe`: JSON, each message ended by a zero byte.
 *
 * A pipe, because it ends with the process that holds it, however that one ends, and a browser whose pipe ends closes
 * itself; a port would stay open.
 */
export function pipeTo(input: Writable, output: Readable): Pipe {
  const waiting = new Map<
    number,
    { readonly resolve: (result: unknown) => void; readonly reject: (reason: Error) => void }
  >();
  const listeners = new Map<string, () => void>();
  let failure: Error | undefined;
  let lastId = 0;
  let parts: string[] = [];

  const receive = ({ id, method, result, error }: Message) => {
    if (id === undefined) {
      listeners.get(method ?? '')?.();
      return;
    }
    const request = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) {
      request?.resolve(result);
    } else {
      request?.reject(new Error(error.message));
    }
  };
  const fail = (reason: Error) => {
    failure ??= reason;
    for (const { reject } of waiting.values()) {
      reject(failure);
    }
    waiting.clear();
  };

  output.setEncoding('utf8').on('data', (text: string) => {
    const [first = '', ...others] = text.split('\0');
    parts.push(first);
    for (const part of others) {
      receive(JSON.parse(parts.join('')) as Message);
      parts = [part];
    }
  });
  for (const stream of [input, output]) {
    // The end of the process, which follows, says more.
    stream.on('error', () => {});
  }

  return {
    fail,
    on: (event, listener) => {
      listeners.set(event, listener);
    },
    send: (method, params, session) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        lastId += 1;
        waiting.set(lastId, { resolve: resolve as (result: unknown) => void, reject });
        const message = { id: lastId, method, params: params ?? {}, sessionId: session };
        input.write(`${JSON.stringify(message)}\0`);
      }),
  };
}
