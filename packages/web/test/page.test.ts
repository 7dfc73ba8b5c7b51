import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type LaunchedBrowser, launchBrowser } from '@kv/browser';
import type { BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePage } from './server.js';

interface SeedFigure {
  readonly title: string;
  readonly series: readonly { readonly label: string }[];
}

const seed = JSON.parse(
  readFileSync(new URL('../../core/test/golden/seed-figure.json', import.meta.url), 'utf8'),
) as SeedFigure;

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(1)</script>';

let browser: LaunchedBrowser;
let host: Awaited<ReturnType<typeof servePage>>;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), servePage()]);
});
afterAll(async () => {
  host.close();
  await browser.close();
});

/** Opens the page, lets `look` use it, and fails on any complaint of the browser or request to another place. */
async function visit<Answer>(
  query: string,
  look: (page: Page) => Promise<Answer>,
  options: BrowserContextOptions = {},
): Promise<Answer> {
  const context = await browser.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(host.address) && !/^(data|blob):/.test(request.url())) {
        complaints.push(`outside: ${request.url()}`);
      }
    });
    await page.goto(`${host.address}${query}`);
    if (new URLSearchParams(query).get('n_kv_groups') !== HOSTILE) {
      await page.waitForSelector('#figure[data-drawn] .main-svg');
    }
    const answer = await look(page);
    expect(complaints).toEqual([]);
    return answer;
  } finally {
    await context.close();
  }
}

function legend(page: Page): Promise<readonly string[]> {
  return page.locator('#figure .legendtext').allTextContents();
}

/** The address of the page behind its own place. */
function query(page: Page): string {
  return page.url().slice(host.address.length);
}

describe('the page', () => {
  it("opens on the teaching script's figure, with its numbers and the answer in a sentence", () =>
    visit('', async (page) => {
      expect(await legend(page)).toEqual(seed.series.map(({ label }) => label));
      expect(await page.locator('#figure .gtitle').textContent()).toBe(seed.title);
      expect(await page.locator('#answer').textContent()).toBe(
        'At 128k tokens, MHA (KV total) takes 51.9 GB; GQA (n_kv_groups=24, 24.0× compression) takes 2.16 GB, 24.00x less.',
      );
      expect(await page.locator('tbody tr').count()).toBe(10);
      expect(await page.locator('tbody tr').last().locator('td').allTextContents()).toEqual([
        ...['51.9 GB', '13.0 GB 4.00x', '6.49 GB 8.00x', '4.33 GB 12.00x', '2.16 GB 24.00x'],
      ]);
      expect(query(page)).toBe('');
    }));

  it('shows its answer and numbers before the library for the figure is loaded', async () => {
    const context = await browser.browser.newContext();
    const page = await context.newPage();
    await page.route(/plotly/, (route) => route.abort());
    await page.goto(host.address);
    expect(await page.locator('#answer').textContent()).toContain('51.9 GB');
    expect(await page.locator('tbody tr').count()).toBe(10);
    await context.close();
  });

  it('redraws figure, numbers and address when a control changes', () =>
    visit('', async (page) => {
      await page.getByLabel('MLA: latent size').fill('576');
      await expect.poll(() => legend(page)).toContain('MLA (latent_dim=576, 7.2× compression)');
      expect(await page.locator('thead th').last().textContent()).toBe(
        'MLA (latent_dim=576, 7.2× compression)',
      );
      expect(query(page)).toBe('?v=1&latent_dim=576');
      await page.getByLabel('Key dtype').selectOption('q8_0');
      await page.getByLabel('Units').selectOption('GiB');
      await expect.poll(() => page.locator('#figure .ytitle').textContent()).toBe('Total KV cache (GiB)');
      expect(query(page)).toBe('?v=1&latent_dim=576&key_dtype=q8_0&units=GiB');
    }));

  it('goes back and forward through changes, not through keys', () =>
    visit('', async (page) => {
      const layers = page.getByLabel('Layers', { exact: true });
      await layers.fill('');
      await layers.pressSequentially('12');
      await layers.blur();
      await page.getByLabel('Sequences (batch)').fill('8');
      await page.getByLabel('Sequences (batch)').blur();
      expect(query(page)).toBe('?v=1&n_layers=12&batch_size=8');
      await page.goBack();
      expect(query(page)).toBe('?v=1&n_layers=12');
      expect(await page.getByLabel('Sequences (batch)').inputValue()).toBe('1');
      await page.goBack();
      expect(query(page)).toBe('');
      expect(await page.locator('#answer').textContent()).toContain('takes 51.9 GB');
      await page.goForward();
      await page.goForward();
      expect(await page.locator('#answer').textContent()).toContain('takes 104 GB');
    }));

  it('opens a shared link as it was', () =>
    visit(
      '?v=1&n_kv_groups=&sliding_window_size=1024&swa_ratio=5%3A1&max_context=1M&y_axis=log',
      async (page) => {
        expect(await legend(page)).toEqual(['MHA (KV total)', 'MHA + SWA (window=1024, 5:1)']);
        expect(await page.getByLabel('Longest context').inputValue()).toBe('1M');
        await page.getByRole('button', { name: 'Start over' }).click();
        expect(query(page)).toBe('');
        await expect.poll(() => legend(page)).toHaveLength(5);
      },
    ));

  it('says what is wrong with an input, and keeps the last picture', () =>
    visit('', async (page) => {
      const heads = page.getByLabel('Attention heads');
      await heads.fill('0');
      expect(await page.getByRole('alert').textContent()).toBe(
        'n_heads is 0; it must be a positive integer below 2^53.',
      );
      expect(await heads.getAttribute('aria-invalid')).toBe('true');
      expect(await legend(page)).toHaveLength(5);
      await heads.fill('24');
      expect(await page.getByRole('alert').isHidden()).toBe(true);
      expect(await heads.getAttribute('aria-invalid')).toBe('false');
    }));

  it('shows what a hostile link holds as text', () =>
    visit(`?${new URLSearchParams({ v: '1', n_kv_groups: HOSTILE })}`, async (page) => {
      expect(await page.getByRole('alert').textContent()).toContain(HOSTILE);
      expect(await page.locator('img, main script').count()).toBe(0);
    }));

  it('is dark where the system is, and as the reader chooses', () =>
    visit(
      '',
      async (page) => {
        const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        expect(await paper()).toBe('rgb(13, 17, 23)');
        await page.getByLabel('Colours').selectOption('light');
        expect(await paper()).toBe('rgb(255, 255, 255)');
        await page.getByLabel('Colours').selectOption('auto');
        await page.emulateMedia({ colorScheme: 'light' });
        await expect.poll(paper).toBe('rgb(255, 255, 255)');
      },
      { colorScheme: 'dark' },
    ));

  it.each([
    ['a phone', { width: 360, height: 740 }],
    ['a tablet', { width: 820, height: 1180 }],
    ['a wide screen', { width: 1920, height: 1080 }],
  ])('fits %s', (_, viewport) =>
    visit(
      '',
      async (page) => {
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
          viewport.width,
        );
        const figure = await page.locator('#figure .main-svg').first().boundingBox();
        expect(figure?.width).toBeGreaterThan(viewport.width / 2);
      },
      { viewport },
    ),
  );

  it('works with the keyboard alone', () =>
    visit('', async (page) => {
      const focused = () => page.evaluate(() => document.activeElement?.getAttribute('name') ?? null);
      const seen: (string | null)[] = [];
      while (seen.length < 40 && seen.at(-1) !== 'n_layers') {
        await page.keyboard.press('Tab');
        seen.push(await focused());
      }
      await page.keyboard.type('96');
      expect(query(page)).toBe('?v=1&n_layers=96');
      for (let step = 0; step < 20; step++) {
        await page.keyboard.press('Tab');
        seen.push(await focused());
      }
      expect(seen).toEqual(
        expect.arrayContaining(['emb_dim', 'swa_ratio', 'key_dtype', 'max_context', 'theme']),
      );
    }));

  it.each(['light', 'dark'] as const)('has no accessibility violation in %s colours', (colorScheme) =>
    visit(
      '',
      async (page) => {
        await page.getByLabel('Layers', { exact: true }).fill('0');
        const { violations } = await new AxeBuilder({ page }).exclude('#figure .main-svg').analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      },
      { colorScheme, viewport: { width: 390, height: 844 } },
    ),
  );
});
