import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach } from 'vitest';

/** A server on this machine that stands for a hub. */
export interface HubServer {
  /** Its origin, without a slash at the end. */
  readonly url: string;
  /** What it was asked, in order. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** What it says at a path: to each request in turn, the last of these to all that follow. */
  readonly at: (path: string, ...answers: readonly RequestListener[]) => void;
}

/** A new server for each test of a file; at a path that nobody set it says that there is no such
 * repository, and as a proxy it opens no tunnel. */
export function hubServer(): HubServer {
  let server: Server;
  let answersAt = new Map<string, RequestListener[]>();
  const state = {
    url: '',
    requests: [] as { path: string; headers: IncomingHttpHeaders }[],
    at: (path: string, ...answers: readonly RequestListener[]) => {
      answersAt.set(path, [...answers]);
    },
  };
  beforeEach(async () => {
    answersAt = new Map();
    state.requests = [];
    server = createServer((request, response) => {
      const path = request.url ?? '';
      state.requests.push({ path, headers: request.headers });
      const answers = answersAt.get(path) ?? [];
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? says(401, 'RepoNotFound');
      answer(request, response);
    });
    server.on('connect', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  return state;
}

/** An origin at which nothing listens any more. */
export async function closedOrigin(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `http://127.0.0.1:${port}`;
}

/** A file, at a commit where one is given. */
export function file(text: string, commit?: string): RequestListener {
  return (_request, response) => {
    response.writeHead(200, {
      'content-length': Buffer.byteLength(text),
      ...(commit === undefined ? {} : { 'x-repo-commit': commit }),
    });
    response.end(text);
  };
}

/** A status, with the hub's own code for it where one is given. */
export function says(status: number, code?: string, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { ...headers, ...(code === undefined ? {} : { 'x-error-code': code }) });
    response.end('a page for people');
  };
}

export function redirect(location: string): RequestListener {
  return says(307, undefined, { location });
}

/** The length of a text, and its beginning; then the connection ends. */
export function cutShort(text: string): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(text) });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  };
}

/** The rest of a text, for who asks for a range; the whole for who does not. */
export function resumable(text: string): RequestListener {
  return (request, response) => {
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = `bytes ${start}-${text.length - 1}/${text.length}`;
    response.writeHead(start === 0 ? 200 : 206, start === 0 ? {} : { 'content-range': range });
    response.end(text.slice(start));
  };
}

/** The length of a text, and its beginning; then nothing. */
export function stallsInBody(text: string): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(text) });
    response.write(text.slice(0, text.length / 2));
  };
}

/** Nothing at all. */
export const stalls: RequestListener = () => {};

export const resets: RequestListener = (request) => {
  request.socket.resetAndDestroy();
};

/** Blanks without end. */
export const endless: RequestListener = (_request, response) => {
  const blanks = Buffer.alloc(2 ** 20, ' ');
  const write = () => {
    while (response.write(blanks));
  };
  response.on('drain', write);
  write();
};

/** The beginning of a file of that many bytes, by ranges. */
export function ranged(start: Uint8Array, size: number): RequestListener {
  return (request, response) => {
    const [, first = '0', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const end = Math.min(Number(last) + 1, size);
    if (Number(first) >= size) {
      response.writeHead(416).end();
      return;
    }
    const part = Buffer.alloc(end - Number(first));
    part.set(start.subarray(Number(first), end));
    response.writeHead(206, {
      'content-range': `bytes ${first}-${end - 1}/${size}`,
      'content-length': part.length,
    });
    response.end(part);
  };
}
