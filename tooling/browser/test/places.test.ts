import { describe, expect, it } from 'vitest';
import { playwrightCache, systemBrowsers } from '../src/places.js';

describe('where browsers are looked for', () => {
  it('follows PLAYWRIGHT_BROWSERS_PATH', () => {
    expect(playwrightCache('linux', { PLAYWRIGHT_BROWSERS_PATH: '/opt/browsers' })).toBe('/opt/browsers');
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
