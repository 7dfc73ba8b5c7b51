import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { type BrowserExecutable, type BrowserRequest, browserExecutables } from './executable.js';
import { loadPlaywright } from './playwright.js';

/** This machine has no browser that works, or not the one that was named. The message says what to do. */
export class MissingBrowserError extends Error {
  override readonly name = 'MissingBrowserError';
}

/** A headless browser. Closing it also removes its profile. */
export interface LaunchedBrowser {
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

/** What to start: which browser, and what with. */
export interface LaunchRequest extends BrowserRequest {
  /** Opened in the first tab of the first context while playwright is still loading; `about:blank` by default. */
  readonly url?: string | undefined;
}

/**
 * Starts the first browser that works. The process is started before playwright is loaded and playwright connects to
 * it afterwards, so that the two slow steps overlap.
 *
 * @throws MissingBrowserError where none works.
 */
export async function launchBrowser(request: LaunchRequest = {}): Promise<LaunchedBrowser> {
  const failures: string[] = [];
  for await (const executable of browserExecutables(request)) {
    try {
      return await start(executable, request);
    } catch (error) {
      failures.push(`${executable.path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const tried = failures.length === 0 ? '' : ` (tried ${failures.join('; ')})`;
  throw new MissingBrowserError(
    `No browser works on this machine${tried}; install Chrome, Chromium or Edge, run "npx playwright install chromium", or name one with --browser or KV_BROWSER.`,
  );
}

/**
 * Playwright's own defaults for headless Chromium, as far as they matter to a page that is drawn once; without the
 * network switches Chromium asks its maker's servers for updates.
 */
const SWITCHES = [
  '--headless',
  '--no-sandbox',
  '--remote-debugging-port=0',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-gpu',
  '--disable-sync',
  '--disable-quic',
  '--force-color-profile=srgb',
  '--font-render-hinting=none',
  '--hide-scrollbars',
  '--mute-audio',
  '--password-store=basic',
  '--use-mock-keychain',
];

async function start(executable: BrowserExecutable, request: LaunchRequest): Promise<LaunchedBrowser> {
  accessSync(executable.path, constants.X_OK);
  const profile = mkdtempSync(join(tmpdir(), 'kv-browser-'));
  const child = spawn(
    executable.path,
    [...SWITCHES, `--user-data-dir=${profile}`, request.url ?? 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...executable.env } },
  );
  const remove = () => removeTraces(child, profile);
  process.once('exit', remove);
  try {
    const [endpoint, { chromium }] = await Promise.all([debuggingEndpoint(child), loadPlaywright()]);
    const browser = await chromium.connectOverCDP(endpoint);
    return {
      browser,
      close: async () => {
        await browser.close();
        remove();
        process.off('exit', remove);
      },
    };
  } catch (error) {
    remove();
    process.off('exit', remove);
    throw error;
  }
}

/** Longer than any start that was ever seen, on a machine under load. */
const START_TIMEOUT_MS = 30_000;

/** The address that Chromium prints on stderr once it accepts connections. */
function debuggingEndpoint(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const timer = setTimeout(() => reject(new Error('it did not start within 30 s')), START_TIMEOUT_MS);
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error(reason));
    };
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) =>
      fail(`it ended with ${signal ?? `code ${code}`}: ${firstLine(printed)}`),
    );
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const endpoint = /DevTools listening on (ws:\/\/\S+)/.exec(printed)?.[1];
      if (endpoint !== undefined) {
        clearTimeout(timer);
        resolve(endpoint);
      }
    });
  });
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) ?? '';
}

/** Synchronous, so that it also runs while the process exits. */
function removeTraces(child: ChildProcess, profile: string): void {
  child.kill('SIGKILL');
  rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}
