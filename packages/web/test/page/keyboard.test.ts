import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { answer, drawn, picker, visitor } from './visit.js';

const { visit, query } = visitor();

/** Presses Tab until an element has the focus, as a reader without a mouse would. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let step = 0; step < 80; step++) {
    await page.keyboard.press('Tab');
    const isThere = await page.evaluate(
      (wanted) => document.activeElement?.matches(wanted) ?? false,
      selector,
    );
    if (isThere) {
      return;
    }
  }
  throw new Error(`The Tab key does not lead to ${selector}.`);
}

const row = (number: number) => `[aria-label="Model of row ${number}"]`;

describe('the keyboard alone', () => {
  it('picks a model, adds a second, changes its engine, switches the chart and reaches the link', () =>
    visit('', async (page) => {
      await tabTo(page, row(1));
      await page.keyboard.type('deepseek-v3');
      await page.locator('.options > div').filter({ hasText: 'DeepSeek-V3' }).first().waitFor();
      await page.keyboard.press('Enter');
      await expect.poll(() => answer(page)).toMatch(/^DeepSeek-V3/);
      const first = await picker(page).inputValue();

      await tabTo(page, '.buttons button:first-child');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Model of row 2');
      await page.keyboard.press('ArrowDown');
      await page.locator('.options > div').nth(2).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      await expect.poll(() => page.locator('.options > [aria-selected="true"]').count()).toBe(1);
      await page.keyboard.press('Escape');
      expect(await page.locator('.options > div').count()).toBe(0);
      expect(await picker(page, 2).inputValue()).toBe(first);
      await page.keyboard.type('gpt-oss-20b');
      await page.locator('.options > div').filter({ hasText: 'gpt-oss-20b' }).first().waitFor();
      await page.keyboard.press('Enter');

      await tabTo(page, 'li:last-child .use select');
      await page.keyboard.type('vllm');
      await expect.poll(() => query(page)).toContain('openai/gpt-oss-20b;engine=vllm');

      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await page.locator('header select').focus();
      await tabTo(page, '[role="tab"][aria-selected="true"]');
      await page.keyboard.press('ArrowRight');
      await drawn(page, 'batch');
      await page.keyboard.press('End');
      await drawn(page, 'layers');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await drawn(page, 'savings');
      expect(query(page)).toContain('chart=savings');

      await tabTo(page, 'fieldset:last-child > .buttons button:first-child');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Copy link');
      await page.keyboard.press('Enter');
      await page.locator('.said:not(:empty)').waitFor();
    }));

  it('shows where it is', () =>
    visit('', async (page) => {
      for (let step = 0; step < 12; step++) {
        await page.keyboard.press('Tab');
        const outline = await page.evaluate(
          () => document.activeElement && getComputedStyle(document.activeElement).outlineStyle,
        );
        expect(outline).not.toBe('none');
      }
    }));

  it('scrolls a table that is wider than the page', () =>
    visit(
      '?v=2&chart=batch',
      async (page) => {
        await tabTo(page, '.numbers');
        await page.keyboard.press('ArrowRight');
        await expect
          .poll(() => page.locator('.numbers').evaluate(({ scrollLeft }) => scrollLeft))
          .toBeGreaterThan(0);
      },
      { viewport: { width: 390, height: 844 } },
    ));
});
