import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

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
