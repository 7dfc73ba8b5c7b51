import { existsSync } from 'node:fs';
import { playwrightBrowsers, systemBrowsers } from './places.js';

/** A browser that can be started. */
export interface BrowserExecutable {
  readonly path: string;
  /** Environment variables that it needs beside the usual ones. */
  readonly env: Readonly<Record<string, string>>;
}

/** What the caller asks for. */
export interface BrowserRequest {
  /** Use this executable and no other. */
  readonly executable?: string | undefined;
  /** Called when the embedded browser has to be unpacked first, which takes a second or two. */
  readonly onUnpack?: (() => void) | undefined;
}

/**
 * Every browser that may work here, best first: the one that was named;
 * playwright's own; the system's Chrome, Chromium or Edge; the embedded Chromium (Linux on x64).
 */
export async function* browserExecutables(request: BrowserRequest): AsyncGenerator<BrowserExecutable> {
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
