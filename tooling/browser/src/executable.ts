import { existsSync } from 'node:fs';
import type { BrowserExecutable } from './browser-executable.js';
import { MissingBrowserError } from './missing.js';
import { playwrightBrowsers, systemBrowsers } from './places.js';

/** What the caller asks for. */
export interface BrowserRequest {
  /** Use this executable and no other. */
  readonly executable?: string | undefined;
  /** Called when the embedded browser has to be unpacked first, which takes a second or two. */
  readonly onUnpack?: (() => void) | undefined;
}

/**
 * What is opened with the first browser that it can be opened with.
 *
 * @throws MissingBrowserError where it can be with none; its message says why each failed.
 */
export async function firstThatWorks<Opened>(
  request: BrowserRequest,
  open: (executable: BrowserExecutable) => Promise<Opened>,
): Promise<Opened> {
  const failures: string[] = [];
  try {
    for await (const executable of browserExecutables(request)) {
      try {
        return await open(executable);
      } catch (error) {
        failures.push(`${executable.path}: ${messageOf(error)}`);
      }
    }
  } catch (error) {
    failures.push(`the embedded browser: ${messageOf(error)}`);
  }
  const tried = failures.length === 0 ? '' : ` (tried ${failures.join('; ')})`;
  throw new MissingBrowserError(
    `No browser works on this machine${tried}; install Chrome, Chromium or Edge, run "npx playwright install chromium", or name one with --browser or KV_BROWSER.`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Every browser that may work here, best first: the one that was named;
 * playwright's own; the system's Chrome, Chromium or Edge; the embedded Chromium (Linux on x64).
 */
async function* browserExecutables(request: BrowserRequest): AsyncGenerator<BrowserExecutable> {
  if (request.executable !== undefined) {
    yield { path: request.executable, env: {} };
    return;
  }
  const installed = [
    ...playwrightBrowsers(process.platform, process.arch, process.env),
    ...systemBrowsers(process.platform, process.env).filter(existsSync),
  ];
  for (const path of installed) {
    yield { path, env: {} };
  }
  if (process.platform === 'linux' && process.arch === 'x64') {
    const { embeddedChromium } = await import('./embedded.js');
    yield await embeddedChromium(request.onUnpack);
  }
}
