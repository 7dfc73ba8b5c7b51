import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchBrowser } from '@kv/browser';
import { DEFAULT_STYLE, type Sweep } from '@kv/core';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { figureHtml } from '../../src/export/html.js';
import type { PlotlySource } from '../../src/export/html-page.js';
import { temporaryFolder } from '../kv.js';

const HOSTILE = `</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">"'&<!--`;

function sweepOf(label: string): Sweep {
  return {
    contextLengths: [256, 512],
    series: [
      { label: 'MHA', totalBytes: Float64Array.from([4e9, 8e9]) },
      { label, totalBytes: Float64Array.from([1e9, 2e9]) },
    ],
  };
}

function html(label = 'GQA', source: PlotlySource = 'inline'): Promise<string> {
  const sweep = sweepOf(label);
  const style = { ...DEFAULT_STYLE, title: `A title of ${label}` };
  return figureHtml(sweep, style, source);
}

describe('the HTML file', () => {
  const folder = temporaryFolder();

  /** The page as a browser without a network shows it, with every request that it made and everything it complained of. */
  async function open<Answer>(text: string, look: (page: Page) => Promise<Answer>) {
    const path = join(folder.path, 'figure.html');
    writeFileSync(path, text);
    const { browser, close } = await launchBrowser();
    try {
      const context = await browser.newContext({ offline: true });
      const page = await context.newPage();
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      const address = pathToFileURL(path).href;
      await page.goto(address);
      await page.waitForSelector('#figure .main-svg');
      const answer = await look(page);
      return {
        answer,
        complaints,
        requests: requests.filter((url) => url !== address && !url.startsWith('data:')),
      };
    } finally {
      await close();
    }
  }

  it('draws itself offline, with its table, and asks for nothing', async () => {
    const { answer, complaints, requests } = await open(await html(), async (page) => ({
      legend: await page.locator('#figure .legendtext').allTextContents(),
      title: await page.title(),
      table: await page.locator('table tbody tr').allTextContents(),
    }));
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    expect(answer.legend).toEqual(['MHA', 'GQA']);
    expect(answer.title).toBe('A title of GQA');
    expect(answer.table).toEqual(['2564.00 GB1.00 GB 4.00x', '5128.00 GB2.00 GB 4.00x']);
  });

  it('shows hostile names as text, everywhere', async () => {
    const { answer, complaints } = await open(await html(HOSTILE), async (page) => ({
      hacked: await page.evaluate(() => 'hacked' in window),
      images: await page.locator('img').count(),
      head: await page.locator('thead th').last().textContent(),
      legend: await page.locator('#figure .legendtext').last().textContent(),
      title: await page.title(),
    }));
    expect(complaints).toEqual([]);
    expect(answer).toEqual({
      ...{ hacked: false, images: 0, head: HOSTILE, legend: HOSTILE },
      title: `A title of ${HOSTILE}`,
    });
  });

  it('lets no script run but its own', async () => {
    const injected = (await html()).replace('</main>', '</main><script>window.hacked = 1</script>');
    const { answer, complaints } = await open(injected, (page) => page.evaluate(() => 'hacked' in window));
    expect(answer).toBe(false);
    expect(complaints.join()).toContain('Content Security Policy');
  });

  it('is small with Plotly from a CDN, which is checked before it runs', async () => {
    const text = await html('GQA', 'cdn');
    expect(text.length).toBeLessThan(20_000);
    const [, address, integrity] =
      /<script src="([^"]+)" integrity="([^"]+)" crossorigin="anonymous">/.exec(text) ?? [];
    expect(address).toMatch(
      /^https:\/\/cdn\.jsdelivr\.net\/npm\/plotly\.js-basic-dist-min@\d+\.\d+\.\d+\/plotly-basic\.min\.js$/,
    );
    expect(integrity).toMatch(/^sha384-[A-Za-z0-9+/]{64}$/);
    expect(text).toContain(`script-src ${address} 'sha256-`);
  });

  it('names each of its own scripts in its policy', async () => {
    const text = await html();
    const scripts = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
    expect(scripts).toHaveLength(2);
    for (const script of scripts) {
      const hash = createHash('sha256').update(script).digest('base64');
      expect(text.includes(`'sha256-${hash}'`)).toBe(true);
    }
  });
});
