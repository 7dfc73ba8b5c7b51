import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { playwrightBrowsers, playwrightCache, systemBrowsers } from '../src/places.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kv-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('where browsers are looked for', () => {
  it('follows PLAYWRIGHT_BROWSERS_PATH', () => {
    expect(playwrightCache('linux', { PLAYWRIGHT_BROWSERS_PATH: '/opt/browsers' })).toBe('/opt/browsers');
  });

  it("takes playwright's own browsers, the headless first, by revision, where they are whole", () => {
    const [older, newer, whole] = [
      'chromium_headless_shell-999/chrome-headless-shell-linux64/chrome-headless-shell',
      'chromium_headless_shell-1200/chrome-headless-shell-linux64/chrome-headless-shell',
      'chromium-1200/chrome-linux64/chrome',
    ].map((path) => join(folder, path));
    for (const path of [older, newer, whole]) {
      mkdirSync(dirname(path ?? ''), { recursive: true });
      writeFileSync(path ?? '', '');
    }
    mkdirSync(join(folder, 'chromium-1300'));
    const env = { PLAYWRIGHT_BROWSERS_PATH: folder };
    expect(playwrightBrowsers('linux', 'x64', env)).toEqual([newer, older, whole]);
    expect(playwrightBrowsers('linux', 'arm64', env)).toEqual([]);
    expect(playwrightBrowsers('linux', 'x64', { PLAYWRIGHT_BROWSERS_PATH: join(folder, 'none') })).toEqual(
      [],
    );
  });

  it('prefers Chrome to Chromium and Chromium to Edge, in the order of PATH', () => {
    expect(systemBrowsers('linux', { PATH: '/usr/local/bin:/usr/bin' })).toEqual([
      '/usr/local/bin/google-chrome-stable',
      '/usr/bin/google-chrome-stable',
      '/usr/local/bin/google-chrome',
      '/usr/bin/google-chrome',
      '/usr/local/bin/chromium',
      '/usr/bin/chromium',
      '/usr/local/bin/chromium-browser',
      '/usr/bin/chromium-browser',
      '/usr/local/bin/microsoft-edge-stable',
      '/usr/bin/microsoft-edge-stable',
      '/usr/local/bin/microsoft-edge',
      '/usr/bin/microsoft-edge',
    ]);
  });

  it('ignores empty entries of PATH, which would mean the current folder', () => {
    expect(systemBrowsers('linux', { PATH: ':' })).toEqual([]);
  });

  it('looks into application folders on macOS and program folders on Windows', () => {
    expect(systemBrowsers('darwin', {})).toContain(
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    );
    expect(systemBrowsers('win32', { PROGRAMFILES: 'C:\\Program Files' })).toContain(
      'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
    );
  });
});
