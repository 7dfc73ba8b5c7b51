import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { CHARTS } from '../../src/state/state.js';
import { DESKTOP, drawn, visitor } from './visit.js';

const { visit } = visitor();

const ROWS = '?v=2&model=meta-llama/Llama-3.1-8B&model=google/gemma-4-26B-A4B;engine=vllm';

/** What a button saves. It is pressed by key: a figure that is still finding its size moves what is below it. */
async function saved(
  page: Page,
  button: string,
): Promise<{ readonly name: string; readonly content: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).press('Enter'),
  ]);
  return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
}

describe('what can be taken away', () => {
  it('is the figure as PNG and SVG', () =>
    visit(ROWS, async (page) => {
      await drawn(page);
      const png = await saved(page, 'PNG');
      expect(png.name).toBe('kv-context.png');
      expect(png.content.subarray(1, 4).toString()).toBe('PNG');
      expect(png.content.readUInt32BE(16)).toBeGreaterThan(1200);
      const svg = await saved(page, 'SVG');
      expect(svg.name).toBe('kv-context.svg');
      expect(svg.content.toString()).toMatch(/^<svg [\s\S]*gemma-4-26B-A4B \(vllm\)/);
    }));

  it('is its numbers as CSV and JSON, exact to the byte', () =>
    visit(ROWS, async (page) => {
      await page.waitForSelector('tbody tr');
      await page.getByText('gemma-4-26B-A4B (vllm)').first().waitFor();
      const csv = (await saved(page, 'CSV')).content.toString().trim().split('\n');
      expect(csv[0]).toBe('Context (tokens),Llama-3.1-8B,gemma-4-26B-A4B (vllm)');
      expect(csv.find((line) => line.startsWith('131072,'))).toMatch(/^131072,17179869184,\d+$/);
      const json = JSON.parse((await saved(page, 'JSON')).content.toString());
      const last = json.contextLengths.indexOf(131_072);
      expect(json.series[0].totalBytes[last]).toBe(17_179_869_184);
      expect(String(json.series[1].totalBytes[last])).toBe(
        csv.find((line) => line.startsWith('131072,'))?.split(',')[2],
      );
    }));

  it.each(CHARTS)('is the same of every chart: %s', (chart) =>
    visit(ROWS, async (page) => {
      await page.locator(`#tab-${chart}`).click();
      await drawn(page, chart);
      for (const button of ['PNG', 'SVG', 'CSV', 'JSON']) {
        const { name, content } = await saved(page, button);
        expect(name).toBe(`kv-${chart}.${button.toLowerCase()}`);
        expect(content.length).toBeGreaterThan(100);
      }
    }),
  );

  it('is no formula for a spreadsheet, whatever a model is called', () =>
    visit('', async (page) => {
      await page.locator('input[type="file"]').setInputFiles({
        name: '=1+1.json',
        mimeType: '',
        buffer: readFileSync(new URL('../../../cli/test/configs/DeepSeek-V3/config.json', import.meta.url)),
      });
      await page.getByText('=1+1 at 128k').waitFor();
      expect((await saved(page, 'CSV')).content.toString()).toContain(",'=1+1");
    }));

  it('is the link and the command, copied with a word that says so', () =>
    visit(
      ROWS,
      async (page) => {
        const copied = () => page.evaluate(() => navigator.clipboard.readText());
        await page.getByRole('slider', { name: 'Sequences, slider' }).press('ArrowRight');
        await page.getByRole('button', { name: 'Copy link' }).click();
        await page.getByText('Copied').waitFor();
        expect(await copied()).toBe(page.url());
        expect(await copied()).toContain('sequences=2');
        await page.getByRole('button', { name: 'Copy command' }).click();
        await expect
          .poll(copied)
          .toBe(
            'kv plot meta-llama/Llama-3.1-8B --sequences 2 --log-y --units GiB\n' +
              'kv plot google/gemma-4-26B-A4B --engine vllm --sequences 2 --log-y --units GiB',
          );
      },
      { ...DESKTOP, permissions: ['clipboard-read', 'clipboard-write'] },
    ));
});
