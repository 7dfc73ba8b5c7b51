import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { CHARTS } from '../../src/state/state.js';
import { DESKTOP, drawn, PHONE, picker, visitor } from './visit.js';

const { visit } = visitor();

const ROWS = [
  ...['v=2&model=meta-llama/Llama-3.1-8B&model=google/gemma-4-26B-A4B;engine=vllm;block-size=0'],
  ...['model=hf:org/name', 'design=emb-dim=2048;n-heads=24;n-layers=48;n-kv-groups=4'],
].join('&');

/** What axe finds wrong in a part of the page: rules, each with the elements that break it. */
async function violations(page: Page, part: string): Promise<readonly unknown[]> {
  const { violations: found } = await new AxeBuilder({ page })
    // The page has no frames, for whose sake axe would open a page of its own each time.
    .setLegacyMode()
    .include(part)
    .exclude('#figure .main-svg')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return found.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

describe.each([
  ['a desktop in light colours', { ...DESKTOP, colorScheme: 'light' }],
  ['a desktop in dark colours', { ...DESKTOP, colorScheme: 'dark' }],
  ['a phone in light colours', { ...PHONE, colorScheme: 'light' }],
  ['a phone in dark colours', { ...PHONE, colorScheme: 'dark' }],
] as const)('on %s', (_, options) => {
  it('no chart has an accessibility violation, with warnings, problems and settings open', () =>
    visit(
      `?${ROWS}`,
      async (page) => {
        await page.evaluate(() => {
          for (const details of document.querySelectorAll('details')) {
            details.open = true;
          }
        });
        await page.getByLabel('--gpu-memory-utilization').waitFor();
        await picker(page).click();
        await page.locator('.options > div').first().waitFor();
        expect(await violations(page, 'body')).toEqual([]);
        await picker(page).press('Escape');
        for (const chart of CHARTS) {
          await page.locator(`#tab-${chart}`).click();
          await drawn(page, chart);
          expect([chart, ...(await violations(page, '.picture'))]).toEqual([chart]);
        }
      },
      options,
    ));
});
