import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { answer, DESKTOP, picker, visitor } from './page/visit.js';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const compressed = (names: readonly string[]) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name))).length, 0);

const { visit, host } = visitor();

/** The figure's library and its font, and all other GPUs, which are asked for when the page has nothing else to do. */
const IDLE = /plotly|open-sans|gpu-list/;

/** The built files that a browser has loaded when the page can be read and used, its figure aside. */
const first = () =>
  visit(
    '',
    async (page) => {
      expect(await answer(page)).toMatch(/^Llama-3.1-8B at 128k: .*beside the weights\.$/);
      expect(await picker(page).inputValue()).not.toBe('');
      await page.locator('tbody tr').nth(9).waitFor();
      await expect.poll(() => page.evaluate(() => document.readyState)).toBe('complete');
      const addresses = await page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => name),
      );
      const loaded = addresses.map((address) => address.slice(host().address.length));
      return [...new Set(['index.html', 'icon.svg', 'manifest.webmanifest', ...loaded])];
    },
    DESKTOP,
    (page) => page.route(IDLE, () => {}),
  );

describe('the built page', () => {
  it('is useful after 50 kB: all that a browser loads for the first answer, form and numbers', async () => {
    const names = await first();
    expect(names.some((name) => name.endsWith('.js'))).toBe(true);
    expect(names.some((name) => name.endsWith('.css'))).toBe(true);
    expect(compressed(names)).toBeLessThan(50_000);
  });

  it('loads the library for figures, the rules of engines, and what reads models, only later', async () => {
    const names = await first();
    const later = readdirSync(join(dist, 'assets')).filter(
      (name) => name.endsWith('.js') && !names.includes(`assets/${name}`),
    );
    for (const part of ['plotly', 'engine-rules', 'reader', 'gguf-reader']) {
      expect(later.some((name) => name.startsWith(part))).toBe(true);
    }
    expect(
      compressed(later.filter((name) => !name.startsWith('plotly')).map((name) => `assets/${name}`)),
    ).toBeLessThan(200_000);
  });
});
