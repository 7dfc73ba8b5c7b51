import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { launchBrowser, MissingBrowserError } from '../src/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kv-test-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function profiles(): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith('kv-browser-'));
}

describe('a browser on this machine', { timeout: 60_000 }, () => {
  it('starts, shows the page it was given, and leaves no profile behind', async () => {
    const page = join(folder, 'page.html');
    writeFileSync(page, '<!doctype html><title>shown</title>');
    const { browser, close } = await launchBrowser({ url: `file://${page}` });
    const tab = browser.contexts()[0]?.pages()[0];
    await tab?.waitForLoadState('load');
    expect(await tab?.title()).toBe('shown');
    await close();
    expect(profiles()).toEqual([]);
  });

  it('is not replaced by another one when the one that was named does not exist', async () => {
    const missing = join(folder, 'no-such-browser');
    await expect(launchBrowser({ executable: missing })).rejects.toThrow(MissingBrowserError);
    await expect(launchBrowser({ executable: missing })).rejects.toThrow(
      /no-such-browser.*playwright install/,
    );
  });

  it('is reported with what it printed when it ends at once', async () => {
    const broken = join(folder, 'broken');
    writeFileSync(broken, '#!/bin/sh\necho no display here >&2\nexit 7\n');
    chmodSync(broken, 0o755);
    await expect(launchBrowser({ executable: broken })).rejects.toThrow(/code 7: no display here/);
    expect(profiles()).toEqual([]);
  });
});
