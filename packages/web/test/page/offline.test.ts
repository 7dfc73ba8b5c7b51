import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { servePage } from '../server.js';
import { answer, DESKTOP, drawn, pick, visitor } from './visit.js';

const { visit, query, host } = visitor();

describe('after the first visit', () => {
  it('the page opens, draws and knows all models without a network, also by a link that it never saw', () =>
    visit(
      '',
      async (page) => {
        await page.evaluate(() => navigator.serviceWorker.ready);
        await page.context().setOffline(true);
        await page.goto(`${page.url()}?v=2&model=openai/gpt-oss-20b;engine=vllm&chart=pools`);
        await expect.poll(() => answer(page)).toMatch(/^gpt-oss-20b at 128k/);
        await drawn(page, 'pools');
        await pick(page, 'DeepSeek-V3');
        await expect.poll(() => answer(page)).toMatch(/^DeepSeek-V3 at 128k/);
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'CSV' }).click(),
        ]);
        expect(download.suggestedFilename()).toBe('kv-pools.csv');
        await page.reload();
        await expect.poll(() => answer(page)).toMatch(/^DeepSeek-V3/);
        expect(query(page)).toContain('chart=pools');
      },
      { ...DESKTOP, serviceWorkers: 'allow' },
    ));

  it('only its own files are kept', () =>
    visit(
      '',
      async (page) => {
        await page.evaluate(() => navigator.serviceWorker.ready);
        const [names, addresses] = await page.evaluate(async () => {
          const cacheNames = await caches.keys();
          const requests = await Promise.all(
            cacheNames.map(async (name) => (await caches.open(name)).keys()),
          );
          return [cacheNames, requests.flat().map(({ url }) => url)] as const;
        });
        expect(names).toHaveLength(1);
        const place = page.url();
        expect(addresses.every((address) => address.startsWith(place))).toBe(true);
        expect(addresses).toContain(place);
      },
      { ...DESKTOP, serviceWorkers: 'allow' },
    ));

  it('a new build takes the place of the old one, whole, once the old page is closed', async () => {
    let isNew = false;
    const server = await servePage((file, content) => {
      const text = content.toString();
      switch (isNew ? file : '') {
        case 'index.html':
          return text.replace('<html', '<html data-build="new"');
        case 'service-worker.js':
          return text.replace(/"version":"\w+"/, '"version":"new"');
        default:
          return content;
      }
    });
    const context = await host().browser.newContext();
    const build = (page: Page) => page.locator('html').getAttribute('data-build');
    const kept = (page: Page) => page.evaluate(() => caches.keys());
    try {
      const old = await context.newPage();
      await old.goto(server.address);
      await old.evaluate(() => navigator.serviceWorker.ready);
      isNew = true;
      await old.reload();
      expect(await build(old)).toBeNull();
      await expect
        .poll(() =>
          old.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.state),
        )
        .toBe('installed');
      await old.reload();
      expect(await build(old)).toBeNull();
      await old.close();

      const fresh = await context.newPage();
      await expect
        .poll(async () => {
          await fresh.goto('about:blank');
          await fresh.goto(server.address);
          return build(fresh);
        })
        .toBe('new');
      await expect.poll(() => kept(fresh)).toEqual(['kv-new']);
      await context.setOffline(true);
      await fresh.reload();
      expect(await build(fresh)).toBe('new');
      await expect.poll(() => answer(fresh)).toMatch(/^Llama-3.1-8B/);
    } finally {
      await context.close();
      server.close();
    }
  });
});
