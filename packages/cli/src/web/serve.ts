import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from '@kv/core';
import sirv from 'sirv';

/** Only this machine can reach it. */
const HOST = '127.0.0.1';

/** Beside the page's own Content-Security-Policy, which says nothing about who may frame it. */
const HEADERS = {
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * Serves the files of a folder, to this machine only and to be read only, until the process ends. Only files that are
 * there when it starts are served, so no path leads out of the folder.
 *
 * @param port 0 for a free one.
 * @returns the address, with a slash at its end.
 * @throws InputError where the port cannot be had.
 */
export async function serveFolder(folder: string, port: number): Promise<string> {
  const files = sirv(folder, { etag: true, setHeaders: addHeaders });
  const server = createServer((request, response) => {
    if (!isForThisMachine(request)) {
      refuse(response, 403);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405);
    } else {
      files(request, response, () => refuse(response, 404));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new InputError(`--port ${port} cannot be served on (${error.code ?? error.message}).`));
    });
    server.listen(port, HOST, resolve);
  });
  return `http://${HOST}:${(server.address() as AddressInfo).port}/`;
}

/** A page of another site whose name was pointed at this machine (DNS rebinding) would send that name. */
function isForThisMachine({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');
}

function addHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) {
    response.setHeader(name, value);
  }
}

function refuse(response: ServerResponse, status: number): void {
  addHeaders(response);
  response.writeHead(status).end();
}
