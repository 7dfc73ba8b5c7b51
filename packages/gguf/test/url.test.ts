import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from '@kv/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGguf } from '../src/shards.js';
import { type UrlOptions, urlSource } from '../src/url.js';
import { ggufBytes, SMALL_LLAMA } from './write.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The small Llama with tensors' worth of bytes behind its header. */
const FILE = Buffer.concat([ggufBytes(SMALL_LLAMA), Buffer.alloc(3_000_000)]);

const ranges: Handler = (request, response) => {
  const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
  const start = Number(first);
  if (start >= FILE.length) {
    response.writeHead(416).end();
    return;
  }
  const part = FILE.subarray(start, Number(last) + 1);
  response
    .writeHead(206, {
      'content-range': `bytes ${start}-${start + part.length - 1}/${FILE.length}`,
      'content-length': part.length,
    })
    .end(part);
};

let server: Server;
let handler: Handler;
let asked: IncomingMessage[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request);
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function read(path = '/model.gguf', options: UrlOptions = {}) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return readGguf(url, (name) => urlSource(name, options));
}

describe('a file at an address', () => {
  it('is read by its header alone, with the headers that are given', async () => {
    handler = ranges;
    const { metadata } = await read('/model.gguf', { headers: { authorization: 'Bearer secret' } });
    expect(metadata['llama.block_count']).toBe(4);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer secret', range: 'bytes=0-262143' });
  });

  it('is read where redirects lead', async () => {
    handler = (request, response) =>
      request.url === '/model.gguf'
        ? response.writeHead(302, { location: '/elsewhere/model.gguf' }).end()
        : ranges(request, response);
    expect((await read()).tensors).toHaveLength(2);
  });

  it('is read after what passes: 503, a dropped connection', async () => {
    handler = (request, response) => {
      if (asked.length === 1) response.writeHead(503).end();
      else if (asked.length === 2) request.socket.destroy();
      else ranges(request, response);
    };
    expect((await read()).tensors).toHaveLength(2);
    expect(asked).toHaveLength(3);
  });

  it('is read whole where it is small and its server knows no ranges', async () => {
    const small = ggufBytes(SMALL_LLAMA);
    handler = (_request, response) => response.writeHead(200, { 'content-length': small.length }).end(small);
    expect((await read()).tensors).toHaveLength(2);
  });
});

describe('what cannot be read', () => {
  it.each<[string, Handler, RegExp, number]>([
    ['a missing file', (_, response) => response.writeHead(404).end(), /status 404, so it is not there/, 1],
    [
      'a gated one',
      (_, response) => response.writeHead(403).end(),
      /status 403, so access to it must be granted/,
      1,
    ],
    [
      'one that needs a login',
      (_, response) => response.writeHead(401).end(),
      /status 401, so it needs a login/,
      1,
    ],
    [
      'a server that fails',
      (_, response) => response.writeHead(500).end(),
      /status 500\), after 3 attempts/,
      3,
    ],
    ['a server that hangs up', (request) => request.socket.destroy(), /after 3 attempts/, 3],
    [
      'a page',
      (_, response) => response.writeHead(200, { 'content-length': 15 }).end('<!doctype html>'),
      /starts with "<!do"/,
      1,
    ],
    [
      'a truncated file',
      (_, response) =>
        response.writeHead(206, { 'content-range': 'bytes 0-99/100' }).end(FILE.subarray(0, 100)),
      /truncated|other bytes/,
      2,
    ],
    [
      'a body that ends early',
      (_, response) => {
        response.writeHead(206, { 'content-range': 'bytes 0-262143/9999999', 'content-length': 262144 });
        response.write(FILE.subarray(0, 1000), () => response.destroy());
      },
      /after 3 attempts/,
      3,
    ],
    [
      'other bytes',
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 7-9/10' }).end('abc'),
      /other bytes than those asked for/,
      1,
    ],
  ])('is said in one sentence: %s', async (_what, how, message, attempts) => {
    handler = how;
    const failure = await read().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect((failure as Error).message).toMatch(message);
    expect(asked).toHaveLength(attempts);
  });

  it('such as a large file without ranges is refused before it is downloaded', async () => {
    let sent = 0;
    handler = (_request, response) => {
      response.writeHead(200, { 'content-length': 1e12 });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(100_000))) sent += 100_000;
        sent += 100_000;
      };
      response.on('drain', more);
      more();
    };
    await expect(read()).rejects.toThrow(/does not answer range requests; download the file/);
    expect(sent).toBeLessThan(20_000_000);
  });

  it.each<[string, Handler]>([
    ['an answer', () => {}],
    [
      'the rest of it',
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-262143/9999999' }).write('GGUF'),
    ],
  ])('such as a server that stalls is given up: %s', async (_what, how) => {
    handler = how;
    await expect(read('/model.gguf', { timeoutMilliseconds: 100 })).rejects.toThrow(/no answer in time/);
    expect(asked).toHaveLength(3);
  });

  it('such as a server that sends more than asked is not read on', async () => {
    handler = (_request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-262143/9999999' });
      response.end(Buffer.concat([ggufBytes(SMALL_LLAMA), Buffer.alloc(10_000_000)]));
    };
    expect((await read()).tensors).toHaveLength(2);
  });
});
