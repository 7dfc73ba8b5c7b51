import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { launchBrowser } from '@kv/browser';
import { afterEach, describe, expect, it } from 'vitest';
import { KV, kv, temporaryFolder } from '../kv.js';

describe('kv web', () => {
  const folder = temporaryFolder();
  let child: ChildProcess | undefined;

  afterEach(() => {
    child?.kill('SIGKILL');
  });

  /** Starts the command and waits for the address that it prints. */
  function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const started = spawn(process.execPath, [KV, 'web', ...args], { env: { ...process.env, ...env } });
    child = started;
    return new Promise((resolve, reject) => {
      let stderr = '';
      started.stderr.on('data', (data) => {
        stderr += data;
      });
      started.stdout.once('data', (data) => resolve(String(data).trim()));
      started.once('close', (code) => reject(new Error(`ended with ${code}: ${stderr}`)));
    });
  }

  /** The status and headers of an answer to a request whose path is sent as it is. */
  function ask(address: string, path: string, options: object = {}) {
    const { port } = new URL(address);
    return new Promise<{ readonly status: number | undefined; readonly headers: object }>(
      (resolve, reject) => {
        request({ host: '127.0.0.1', port, path, ...options }, (response) => {
          response.resume();
          resolve({ status: response.statusCode, headers: response.headers });
        })
          .once('error', reject)
          .end();
      },
    );
  }

  it('serves the page with what the flags say, and a browser shows that without complaint', async () => {
    const address = await start([
      ...['--no-open', '--emb-dim', '4096', '--n-heads', '32', '--n-layers', '32', '--n-kv-groups', '4'],
    ]);
    const { browser, close } = await launchBrowser();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(address);
      await page.waitForSelector('#figure[data-drawn] .main-svg');
      expect((await page.locator('#figure .legendtext').allTextContents()).slice(0, 2)).toEqual([
        'MHA (KV total)',
        'GQA (n_kv_groups=4, 4.0× compression)',
      ]);
      expect(complaints).toEqual([]);
      expect(page.url()).toBe(address);
    } finally {
      await close();
    }
  });

  it('opens the address in the browser of the machine', async () => {
    const opener = join(folder.path, 'xdg-open');
    const opened = join(folder.path, 'opened');
    writeFileSync(opener, `#!/bin/sh\nprintf %s "$1" > "${opened}"\n`);
    chmodSync(opener, 0o755);
    const address = await start([], { PATH: `${folder.path}:${process.env.PATH}` });
    await expect
      .poll(() => existsSync(opened) && readFileSync(opened, 'utf8'), { timeout: 20_000 })
      .toBe(address);
  });

  it('prints the address on a machine with nothing to open it, and goes on', async () => {
    const address = await start([], { PATH: folder.path });
    expect(await ask(address, '/')).toMatchObject({ status: 200 });
  });

  it('answers to this machine only, with headers that keep others out', async () => {
    const address = await start(['--no-open']);
    expect(await ask(address, '/')).toMatchObject({
      status: 200,
      headers: {
        'content-security-policy': "frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      },
    });
    expect(await ask(address, '/', { headers: { host: 'evil.example' } })).toMatchObject({ status: 403 });
    expect(await ask(address, '/', { method: 'POST' })).toMatchObject({ status: 405 });
  });

  it.each([
    '/../kv.js',
    '/%2e%2e/kv.js',
    '/..%2fkv.js',
    '/assets/../../kv.js',
    '//etc/passwd',
    '/%00',
    '/..\\kv.js',
    '/%E0%A4%A',
  ])('gives out nothing for %s', async (path) => {
    const address = await start(['--no-open']);
    expect((await ask(address, path)).status).toBe(404);
    expect(await ask(address, '/')).toMatchObject({ status: 200 });
  });

  it('ends when it is interrupted', async () => {
    await start(['--no-open']);
    const ended = new Promise((resolve) => child?.removeAllListeners('close').once('close', resolve));
    child?.kill('SIGINT');
    expect(await ended).toBe(130);
  });

  it('says so where the port is taken', async () => {
    const address = await start(['--no-open']);
    const { port } = new URL(address);
    const run = await kv(['web', '--no-open', '--port', port]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^kv: --port \d+ cannot be served on \(EADDRINUSE\)\.\n$/);
  });
});
