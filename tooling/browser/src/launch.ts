import type { Browser } from 'playwright';
import { type BrowserRequest, browserExecutables } from './executable.js';
import { missingBrowser } from './page.js';

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
  const failures: string[] = [];
  for await (const { path, env } of browserExecutables(request)) {
    try {
      const browser = await chromium.launch({
        executablePath: path,
        env: { ...process.env, ...env } as Record<string, string>,
      });
      return { browser, close: () => browser.close() };
    } catch (error) {
      failures.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw missingBrowser(failures);
}
