import { EventEmitter } from 'node:events';
import { readdirSync } from 'node:fs';
import { spawn } from '@lydell/node-pty';
import { describe, expect, it } from 'vitest';
import { KV } from '../kv.js';
import {
  CONFIG,
  estimated,
  expectFailure,
  home,
  other,
  PATH,
  requests,
  server,
  TOKEN,
} from './hub-fixture.js';
import {
  closedOrigin,
  cutShort,
  endless,
  file,
  redirect,
  resets,
  resumable,
  says,
  stalls,
  stallsInBody,
} from './hub-server.js';

describe('a failure that passes', () => {
  it.each([
    ['429 with a time to wait', says(429, undefined, { 'retry-after': '1' })],
    ['503', says(503)],
    ['a connection that is reset', resets],
    ['an answer that does not come', stalls],
    ['a body that stalls', stallsInBody(CONFIG)],
    ['a body that is cut short', cutShort(CONFIG)],
  ])('%s is asked for again', async (_name, failure) => {
    server.at(PATH, failure, resumable(CONFIG));
    await estimated(undefined, { HF_HUB_ETAG_TIMEOUT: '0.5', HF_HUB_DOWNLOAD_TIMEOUT: '0.5' });
    expect(requests()).toHaveLength(2);
  });

  it('a body that is cut short comes from its beginning where a server knows no ranges', async () => {
    server.at(PATH, cutShort(CONFIG), file(CONFIG));
    expect(await estimated()).toMatchObject({ totalBytes: 1024 * 131_072 });
  });
});

describe('a failure that lasts', () => {
  const quick = { HF_HUB_ETAG_TIMEOUT: '0.3', HF_HUB_DOWNLOAD_TIMEOUT: '0.3' };

  it.each([
    ['429', says(429), /takes no more requests at the moment \(status 429\)/],
    ['500', says(500), /fails at the moment \(status 500\)/],
    ['a reset', resets, /cannot be reached \(.*\); check the network/],
    ['silence', stalls, /does not answer in time; .*HF_HUB_ETAG_TIMEOUT/],
    ['a body that stalls', stallsInBody(CONFIG), /was cut short/],
    ['a body that is cut short', cutShort(CONFIG), /was cut short/],
    ['redirects in a circle', redirect(PATH), /cannot be reached \(redirect count exceeded\)/],
    ['a redirect to no web page', redirect('file:///etc/passwd'), /cannot be reached/],
  ])('%s ends with exit code 3', async (_name, answer, message) => {
    server.at(PATH, answer);
    await expectFailure(3, message, quick);
    expect(server.requests.length).toBeLessThan(25);
  });

  it('a proxy that opens no tunnel ends with exit code 3', () =>
    expectFailure(3, /hub\.invalid cannot be reached/, {
      HF_ENDPOINT: 'https://hub.invalid',
      HTTPS_PROXY: other.url,
    }));

  it('no server at all ends with exit code 3', async () =>
    expectFailure(3, /cannot be reached \(ECONNREFUSED\); check the network, HF_ENDPOINT/, {
      HF_ENDPOINT: await closedOrigin(),
    }));

  it('an address that does not exist ends with exit code 3', () =>
    expectFailure(3, /hub\.invalid cannot be reached/, { HF_ENDPOINT: 'http://hub.invalid' }));

  it('a body without end is not read to it', async () => {
    server.at(PATH, endless);
    await expectFailure(2, /larger than 16 MiB, so it is not a config\.json/);
  });

  it.each(['<html>log in first</html>', '', '[1]', CONFIG.slice(0, 200)])(
    'the text %j is no config',
    async (text) => {
      server.at(PATH, file(text));
      await expectFailure(2, `${server.url}${PATH}: `);
    },
  );
});

describe('in a terminal', () => {
  /** Runs the command in a terminal; `seen` gets what it shows so far. */
  function inTerminal(seen: (text: string) => void): {
    readonly end: Promise<{ code: number; text: string }>;
    readonly interrupt: () => void;
  } {
    const { PATH: path = '' } = process.env;
    const terminal = spawn(process.execPath, [KV, 'estimate', 'hf:org/model'], {
      cols: 100,
      env: { PATH: path, HOME: home.path, HF_ENDPOINT: server.url, HF_TOKEN: TOKEN, TERM: 'xterm-256color' },
    });
    let text = '';
    terminal.onData((data) => {
      text += data;
      seen(text);
    });
    const end = new Promise<{ code: number; text: string }>((resolve) => {
      terminal.onExit(({ exitCode }) => resolve({ code: exitCode, text }));
    });
    return { end, interrupt: () => terminal.write('\u0003') };
  }

  it('says what it waits for, and takes that away when it has it', async () => {
    const shown = new EventEmitter();
    server.at(PATH, (request, response) => {
      shown.once('line', () => file(CONFIG)(request, response));
    });
    const { code, text } = await inTerminal((seen) => {
      if (seen.includes('Fetching config.json of org/model')) {
        shown.emit('line');
      }
    }).end;
    expect(code).toBe(0);
    const cleared = text.lastIndexOf('\u001b[1G\u001b[0K');
    const [before, after] = [text.slice(0, cleared), text.slice(cleared)];
    expect(before).toContain('Fetching config.json');
    expect(after).toContain('KV cache');
  });

  it('stops at Ctrl-C, and leaves nothing', async () => {
    server.at(PATH, stalls);
    const run = inTerminal((seen) => {
      if (seen.includes('Fetching') && !seen.includes('^C')) {
        run.interrupt();
      }
    });
    expect((await run.end).code).toBe(130);
    expect(readdirSync(home.path)).toEqual([]);
  });
});
