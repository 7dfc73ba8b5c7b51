import type { Browser } from 'playwright';
import { type BrowserRequest, firstThatWorks } from './executable.js';

/** A headless browser under playwright. */
export interface LaunchedBrowser {
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

/**
 * Launches the first browser that works with playwright, for tests.
 *
 * @throws MissingBrowserError where none works.
 */
export async function launchBrowser(request: BrowserRequest = {}): Promise<LaunchedBrowser> {
  const { chromium } = await import('playwright');
  return firstThatWorks(request, async ({ path, env }) => {
    const browser = await chromium.launch({
      executablePath: path,
      env: { ...(process.env as Record<string, string>), ...env },
    });
    return { browser, close: () => browser.close() };
  });
}
