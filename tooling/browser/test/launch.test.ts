import { describe, expect, it } from 'vitest';
import { launchBrowser, MissingBrowserError } from '../src/index.js';

describe('a browser under playwright', { timeout: 60_000 }, () => {
  it('starts and shows a page', async () => {
    const { browser, close } = await launchBrowser();
    const page = await browser.newPage();
    await page.setContent('<title>shown</title>');
    expect(await page.title()).toBe('shown');
    await close();
  });

  it('is not replaced by another one when the one that was named does not exist', async () => {
    await expect(launchBrowser({ executable: '/no-such-browser' })).rejects.toThrow(MissingBrowserError);
  });
});
