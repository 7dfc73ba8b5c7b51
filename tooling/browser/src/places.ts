import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, posix, win32 } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where `npx playwright install` puts its browsers: https://playwright.dev/docs/browsers#managing-browser-binaries */
export function playwrightCache(platform: NodeJS.Platform, env: Environment): string {
  if (env.PLAYWRIGHT_BROWSERS_PATH !== undefined && env.PLAYWRIGHT_BROWSERS_PATH !== '0') {
    return env.PLAYWRIGHT_BROWSERS_PATH;
  }
  switch (platform) {
    case 'win32':
      return win32.join(env.LOCALAPPDATA ?? win32.join(homedir(), 'AppData', 'Local'), 'ms-playwright');
    case 'darwin':
      return posix.join(homedir(), 'Library', 'Caches', 'ms-playwright');
    default:
      return posix.join(env.XDG_CACHE_HOME ?? posix.join(homedir(), '.cache'), 'ms-playwright');
  }
}

/**
 * The browsers that playwright installed, the headless ones first, each the newest first. They exist.
 *
 * Source: microsoft/playwright, `packages/playwright-core/src/server/registry/index.ts`, v1.65.1.
 */
export function playwrightBrowsers(
  platform: NodeJS.Platform,
  arch: NodeJS.Architecture,
  env: Environment,
): readonly string[] {
  const cache = playwrightCache(platform, env);
  const name = playwrightPlatform(platform, arch);
  const shell = `chrome-headless-shell-${name}/chrome-headless-shell${platform === 'win32' ? '.exe' : ''}`;
  const whole = {
    win32: 'chrome.exe',
    darwin: 'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  }[platform as string];
  return [
    ...newest(cache, 'chromium_headless_shell').map((folder) => join(cache, folder, shell)),
    ...newest(cache, 'chromium').map((folder) => join(cache, folder, `chrome-${name}`, whole ?? 'chrome')),
  ].filter((path) => existsSync(path));
}

function playwrightPlatform(platform: NodeJS.Platform, arch: NodeJS.Architecture): string {
  const isArm = arch === 'arm64';
  switch (platform) {
    case 'win32':
      return 'win64';
    case 'darwin':
      return isArm ? 'mac-arm64' : 'mac-x64';
    default:
      return isArm ? 'linux-arm64' : 'linux64';
  }
}

/** Folders of that browser in playwright's cache, by revision. */
function newest(cache: string, browser: string): readonly string[] {
  const revision = (folder: string) => Number(folder.slice(browser.length + 1));
  try {
    return readdirSync(cache)
      .filter((folder) => folder.startsWith(`${browser}-`) && Number.isInteger(revision(folder)))
      .sort((one, other) => revision(other) - revision(one));
  } catch {
    return [];
  }
}

/** The user's folder for what `kv` keeps. */
export function cacheHome(env: Environment): string {
  const home = env.XDG_CACHE_HOME;
  return join(home === undefined || home === '' ? join(homedir(), '.cache') : home, 'kv');
}

const COMMANDS = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'microsoft-edge',
];

const MAC_APPLICATIONS = ['Google Chrome', 'Chromium', 'Microsoft Edge'];

const WINDOWS_PROGRAMS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

/** Where the system's own Chrome, Chromium and Edge are usually found, best first. The files need not exist. */
export function systemBrowsers(platform: NodeJS.Platform, env: Environment): readonly string[] {
  switch (platform) {
    case 'win32':
      return WINDOWS_PROGRAMS.flatMap((program) =>
        [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].flatMap((root) =>
          root === undefined ? [] : [win32.join(root, program)],
        ),
      );
    case 'darwin':
      return ['/Applications', posix.join(homedir(), 'Applications')].flatMap((folder) =>
        MAC_APPLICATIONS.map((name) => posix.join(folder, `${name}.app`, 'Contents', 'MacOS', name)),
      );
    default: {
      const folders = (env.PATH ?? '').split(posix.delimiter).filter((folder) => folder !== '');
      return COMMANDS.flatMap((command) => folders.map((folder) => posix.join(folder, command)));
    }
  }
}
