import { describe, expect, it } from 'vitest';
import { answer, DESKTOP, drawn, pick, visitor } from './visit.js';

const { visit, query } = visitor();

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
});
