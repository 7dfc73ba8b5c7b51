import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KV, kv, temporaryFolder } from './kv.js';

// How exports end that a signal meets is proved by @kv/exports.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'a command that is interrupted while it unpacks its browser',
  () => {
    const folder = temporaryFolder();

    /** No browser but the embedded one, and an empty cache for it. */
    const surroundings = () => ({
      cwd: folder.path,
      env: {
        ...{ PATH: '', PLAYWRIGHT_BROWSERS_PATH: join(folder.path, 'none') },
        ...{ XDG_CACHE_HOME: join(folder.path, 'cache'), TMPDIR: join(folder.path, 'scratch') },
      },
    });
    const unpacked = () => {
      const cache = join(folder.path, 'cache', 'kv');
      return existsSync(cache) ? readdirSync(cache) : [];
    };
    const partial = () => unpacked().filter((name) => name.includes('partial'));

    async function interrupt(signal: 'SIGINT' | 'SIGKILL'): Promise<unknown> {
      mkdirSync(join(folder.path, 'scratch'), { recursive: true });
      const { cwd, env } = surroundings();
      const child = spawn(process.execPath, [KV, 'plot', '--out', 'x.pdf'], { cwd, env, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('close', (code, name) => resolve(code ?? name)));
      await expect.poll(partial, { timeout: 30_000, interval: 5 }).not.toEqual([]);
      child.kill(signal);
      return ended;
    }

    it('leaves no part of one', async () => {
      expect(await interrupt('SIGINT')).toBe(130);
      expect(partial()).toEqual([]);
    });

    it('leaves a part only where it could not remove it, and the next run does', async () => {
      expect(await interrupt('SIGKILL')).toBe('SIGKILL');
      expect(partial()).toHaveLength(1);
      expect(await kv(['plot', '--out', 'x.pdf'], surroundings())).toMatchObject({ code: 0 });
      expect(partial()).toEqual([]);
      expect(unpacked().filter((name) => name.startsWith('chromium-'))).toHaveLength(1);
    });
  },
);
