import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MissingBrowserError, openPage } from '../src/index.js';
import { removeAbandoned, temporaryPrefix } from '../src/temporary.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kv-test-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const scratch = () => readdirSync(folder).filter((name) => name.startsWith('kv-browser-'));

/** Processes that name the folder in their arguments, and so all of a browser's but its helpers. */
function processes(): readonly number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => line.includes(folder))
    .map((line) => Number.parseInt(line, 10));
}

function script(name: string, lines: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('a page in a browser of its own', { timeout: 60_000 }, () => {
  it('shows what it is given, answers, and leaves nothing behind', async () => {
    const page = await openPage();
    await page.show('<!doctype html><title>shown</title><script>const two = 2</script>');
    expect(await page.evaluate((one) => `${document.title} ${one + 1}`, 1)).toBe('shown 2');
    await page.close();
    expect(scratch()).toEqual([]);
    await expect.poll(processes).toEqual([]);
  });

  it('says what a script in it throws', async () => {
    const page = await openPage();
    await expect(
      page.evaluate(() => {
        throw new Error('drawn wrongly');
      }, undefined),
    ).rejects.toThrow('drawn wrongly');
    await page.close();
  });

  it('fails at once where the browser is killed', async () => {
    const page = await openPage();
    const waiting = page.evaluate(() => new Promise<never>(() => {}), undefined);
    const failure = expect(waiting).rejects.toThrow(/ended with SIGKILL/);
    for (const pid of processes()) {
      process.kill(pid, 'SIGKILL');
    }
    await failure;
    await expect(page.evaluate(() => 1, undefined)).rejects.toThrow(MissingBrowserError);
    await page.close();
    expect(scratch()).toEqual([]);
  });

  it('fails at once where the page crashes', async () => {
    const page = await openPage();
    await expect(page.send('Page.crash')).rejects.toThrow(/page crashed/);
    await page.close();
    expect(scratch()).toEqual([]);
  });

  it('is opened by no other browser than the one that was named', async () => {
    const executable = join(folder, 'no-such-browser');
    await expect(openPage({ executable })).rejects.toThrow(MissingBrowserError);
    await expect(openPage({ executable })).rejects.toThrow(/no-such-browser.*playwright install/);
  });

  it('is refused with what the browser printed where that ends at once', async () => {
    const executable = script('broken', 'echo no display here >&2\nexit 7');
    await expect(openPage({ executable })).rejects.toThrow(/code 7: no display here/);
    expect(scratch()).toEqual([]);
  });

  it('opens without a temporary folder', async () => {
    vi.stubEnv('TMPDIR', join(folder, 'missing'));
    const page = await openPage();
    expect(await page.evaluate(() => 'there', undefined)).toBe('there');
    await page.close();
  });
});

describe('what a killed process left', () => {
  it('is removed, and nothing of those that run, of others, or of other kinds', async () => {
    const dead = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    await new Promise((resolve) => dead.on('close', resolve));
    const ours = temporaryPrefix('kv-browser');
    const theirs = ours.replace(`-${process.pid}-`, `-${dead.pid}-`);
    const elsewhere = theirs.replace(/-[0-9a-f]{8}-/, '-00000000-');
    const names = [`${ours}a`, `${theirs}b`, `${elsewhere}c`, 'kv-browser-d', theirs.replace('browser', 'x')];
    for (const name of names) {
      mkdirSync(join(folder, name, 'profile'), { recursive: true });
    }
    await removeAbandoned(folder, 'kv-browser');
    expect(readdirSync(folder).sort()).toEqual(names.filter((name) => name !== `${theirs}b`).sort());
    await removeAbandoned(join(folder, 'missing'), 'kv-browser');
  });
});
