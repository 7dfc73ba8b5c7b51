import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchBrowser } from '@kv/browser';
import { CATALOGUE } from '@kv/core/catalogue';
import { describe, expect, it } from 'vitest';
import { CONFIGS, changedConfig } from '../configs.js';
import { kv, temporaryFolder } from '../kv.js';
import { readPdf } from '../pdf.js';

const LLAMA = 'meta-llama/Llama-3.1-8B';
const DEEPSEEK = 'deepseek-ai/DeepSeek-V3';
const FIFTY = CATALOGUE.slice(0, 50).map(({ id }) => id);
const HOSTILE = `<img src=x onerror="window.hacked = 1">&amp;'|*`;

describe('a report on a comparison', () => {
  const folder = temporaryFolder();
  const read = (name: string) => readFileSync(join(folder.path, name), 'utf8');
  const run = (...args: readonly string[]) => kv(['compare', ...args], { cwd: folder.path });

  it('holds as CSV and JSON what the command prints as such', async () => {
    const { code, stdout, stderr } = await run(LLAMA, DEEPSEEK, '--csv', '--out', 'x.csv', '--out', 'x.json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Wrote x.csv, x.json\n' });
    expect(read('x.csv')).toBe(stdout);
    expect(read('x.json')).toBe((await run(LLAMA, DEEPSEEK, '--json')).stdout);
  });

  it('tells as Markdown the answer, what it is for, the table, and how to make it again', async () => {
    await run(LLAMA, DEEPSEEK, '-c', '128k', '--engine', 'vllm', '--out', 'x.md');
    const text = read('x.md');
    expect(text).toMatch(/^# KV-cache memory of 2 models\n\nDeepSeek-V3 takes the least, 8\.58 GiB; /);
    expect(text).toContain('\n- Context: 128k tokens\n');
    expect(text).toContain('\n- Engine: vllm\n');
    expect(text).toMatch(/\n- Made by: kv \d+\.\d+\.\d+\n/);
    expect(text.match(/^\| (Llama-3\.1-8B|DeepSeek-V3) /gm)).toHaveLength(2);
    expect(text).toContain(`    kv compare ${LLAMA} ${DEEPSEEK} -c 128k --engine vllm --out x.md\n`);
  });

  it('is the same whenever it is made', async () => {
    await run(LLAMA, DEEPSEEK, '--out', 'x.html', '--out', 'x.md');
    const before = [read('x.html'), read('x.md')];
    await run(LLAMA, DEEPSEEK, '--out', 'x.html', '--out', 'x.md');
    expect([read('x.html'), read('x.md')]).toEqual(before);
  });

  it('shows fifty models as HTML, offline, without complaint, and names as text', async () => {
    mkdirSync(join(folder.path, HOSTILE));
    writeFileSync(join(folder.path, HOSTILE, 'config.json'), changedConfig(LLAMA, {}));
    await run(HOSTILE, ...FIFTY.slice(1), '-c', '8k', '--out', 'x.html');
    const { browser, close } = await launchBrowser();
    try {
      const context = await browser.newContext({ offline: true });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => {
        if (/^https?:/.test(request.url())) {
          complaints.push(request.url());
        }
      });
      await page.goto(pathToFileURL(join(folder.path, 'x.html')).href);
      await page.waitForSelector('#growth .main-svg');
      expect(complaints).toEqual([]);
      expect(await page.locator('tbody tr').count()).toBe(50);
      expect(await page.locator('tbody th').first().textContent()).toBe(HOSTILE);
      expect(await page.locator('#growth .annotation').count()).toBe(50);
      expect(
        await page.evaluate(() => ({ hacked: 'hacked' in window, images: document.images.length })),
      ).toEqual({ hacked: false, images: 0 });
    } finally {
      await close();
    }
  });

  it('is a PDF of numbered A4 pages, the table with its head on each, all of it vectors', async () => {
    const { code } = await run(...FIFTY, '-c', '8k', '--out', 'x.pdf');
    expect(code).toBe(0);
    const pages = await readPdf(readFileSync(join(folder.path, 'x.pdf')));
    expect(pages.length).toBeGreaterThan(1);
    pages.forEach(({ size, text, images }, index) => {
      expect(size.map(Math.round)).toEqual([595, 842]);
      expect(images).toBe(0);
      expect(text).toContain(`${index + 1} / ${pages.length}`);
    });
    const all = pages.map(({ text }) => text);
    expect(all[0]).toContain('KV-cache memory of 50 models');
    const tablePages = all.filter((text) => /\d,\d{3},\d{3}/.test(text));
    expect(tablePages.length).toBeGreaterThan(1);
    for (const text of tablePages) {
      expect(text).toMatch(/KV cache *Smaller *Saved *Per token/);
    }
    for (const id of FIFTY) {
      expect(all.join('').replaceAll('-', '')).toContain(id.slice(id.indexOf('/') + 1).replaceAll('-', ''));
    }
    expect(readFileSync(join(folder.path, 'x.pdf')).toString('latin1')).toMatch(/\/FontFile[23]/);
  });

  it('is written whole or not at all', async () => {
    writeFileSync(join(folder.path, 'old.html'), 'old');
    const { code } = await run('no-such-model', '--out', 'old.html', '--out', 'new.pdf');
    expect(code).toBe(2);
    expect(read('old.html')).toBe('old');
    expect(readdirSync(folder.path)).toEqual(['old.html']);
    await run(CONFIGS[LLAMA], '--out', 'old.html');
    expect(read('old.html')).toMatch(/^<!doctype html>.*<\/html>\n$/s);
    expect(existsSync(join(folder.path, 'new.pdf'))).toBe(false);
  });
});
