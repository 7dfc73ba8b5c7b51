import { type LaunchedBrowser, launchBrowser } from '@kv/browser';
import type { BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, expect } from 'vitest';
import { servePage } from '../server.js';

/** A desktop and a phone. */
export const DESKTOP = { viewport: { width: 1280, height: 800 } } as const;
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

export interface Visitor {
  /**
   * Opens the page, lets `look` use it, and fails on any complaint of the browser, any error and any request to another
   * place. It keeps nothing for offline use unless `options` say so.
   *
   * @param before what is done before the page opens.
   */
  readonly visit: <Answer>(
    query: string,
    look: (page: Page) => Promise<Answer>,
    options?: BrowserContextOptions,
    before?: (page: Page) => Promise<unknown>,
  ) => Promise<Answer>;
  /** The address of the page behind its own place. */
  readonly query: (page: Page) => string;
  /** The browser and the page's address, for what must fail. */
  readonly host: () => { readonly browser: LaunchedBrowser['browser']; readonly address: string };
}

/** What Playwright itself says where it keeps service workers from a page. */
const BLOCKED = 'Service Worker registration blocked by Playwright';

/** A browser and a server for the tests of a file. */
export function visitor(): Visitor {
  let browser: LaunchedBrowser;
  let host: Awaited<ReturnType<typeof servePage>>;
  beforeAll(async () => {
    [browser, host] = await Promise.all([launchBrowser(), servePage()]);
  });
  afterAll(async () => {
    host.close();
    await browser.close();
  });
  return {
    visit: async (query, look, options = {}, before = async () => {}) => {
      const context = await browser.browser.newContext({ serviceWorkers: 'block', ...DESKTOP, ...options });
      try {
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('request', (request) => {
          if (!request.url().startsWith(host.address) && !/^(data|blob):/.test(request.url())) {
            complaints.push(`outside: ${request.url()}`);
          }
        });
        await before(page);
        await page.goto(`${host.address}${query}`);
        const answer = await look(page);
        expect(complaints.filter((text) => text !== BLOCKED)).toEqual([]);
        return answer;
      } finally {
        await context.close();
      }
    },
    query: (page) => page.url().slice(host.address.length),
    host: () => ({ browser: browser.browser, address: host.address }),
  };
}

/** Leaves the library for figures out, for tests of all else: it takes a browser longer to read than the rest to run. */
export async function withoutFigure(page: Page): Promise<void> {
  await page.route(/plotly/, () => {});
}

/** Waits until a chart is drawn. */
export async function drawn(page: Page, chart = 'context'): Promise<void> {
  await page.waitForSelector(`#figure[data-drawn="${chart}"] .main-svg`);
}

/** The names of a figure's series, as its legend shows them. */
export function legend(page: Page): Promise<readonly string[]> {
  return page.locator('#figure .legendtext').allTextContents();
}

/** The result in one sentence. */
export function answer(page: Page): Promise<string | null> {
  return page.locator('#answer').textContent();
}

/** The field in which the model of a row is picked. */
export function picker(page: Page, row = 1) {
  return page.getByRole('combobox', { name: `Model of row ${row}` });
}

/** Picks a model of the catalogue for a row by typing. */
export async function pick(page: Page, name: string, row = 1): Promise<void> {
  await picker(page, row).fill(name);
  await page.getByRole('option', { name }).first().click();
}
