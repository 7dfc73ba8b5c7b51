import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { answer, DESKTOP, drawn, legend, pick, picker, visitor, withoutFigure } from './visit.js';

interface SeedFigure {
  readonly title: string;
  readonly series: readonly { readonly label: string }[];
}

const seed = JSON.parse(
  readFileSync(new URL('../../../core/test/golden/seed-figure.json', import.meta.url), 'utf8'),
) as SeedFigure;

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(1)</script>';

const OPENING =
  'Llama-3.1-8B at 128k: 16.0 GiB per sequence; an NVIDIA H100 SXM 80GB holds 3 beside the weights.';

const { visit, query, host } = visitor();

/** What the figure says where the mouse first meets something in it, moving down along its left. */
async function hovered(page: Page): Promise<string> {
  const area = await page.locator('#figure .nsewdrag').first().boundingBox();
  for (let part = 1; area !== null && part < 40; part++) {
    await page.mouse.move(area.x + area.width / 50, area.y + (area.height * part) / 40);
    await page.waitForTimeout(60);
    const text = await page.locator('#figure .hoverlayer').textContent();
    if (text !== null && text !== '') {
      return text;
    }
  }
  return '';
}

/** A browser that runs what it has read long before it paints, as one does whose files are all kept. */
async function paintingLate(page: Page): Promise<void> {
  await withoutFigure(page);
  await page.addInitScript(() => {
    const soon = window.setTimeout.bind(window);
    window.requestAnimationFrame = (paint) => soon(() => paint(performance.now()), 3000);
    window.setTimeout = ((run: () => void, delay = 0) => soon(run, delay + 3000)) as typeof setTimeout;
  });
}

describe('the page', () => {
  it('shows what a link names however late the browser paints', () =>
    visit(
      '?v=2&model=deepseek-ai/DeepSeek-V3;engine=vllm',
      (page) => expect.poll(() => answer(page)).toMatch(/^DeepSeek-V3 at 128k/),
      {},
      paintingLate,
    ));

  it('opens on a known model, its memory against context, and the answer in a sentence', () =>
    visit('', async (page) => {
      expect(await answer(page)).toBe(OPENING);
      expect(await picker(page).inputValue()).toBe('meta-llama/Llama-3.1-8B');
      await drawn(page);
      expect(await legend(page)).toEqual(['Llama-3.1-8B', 'NVIDIA H100 SXM 80GB, beside the weights']);
      expect(await page.locator('tbody tr').last().locator('th, td').allTextContents()).toEqual([
        '128k',
        '16.0 GiB',
      ]);
      expect(query(page)).toBe('');
      expect(await page.title()).toBe(`kv: ${OPENING}`);
    }));

  it('shows its answer, form and numbers before Plotly and the catalogue are loaded', () =>
    visit(
      '',
      async (page) => {
        expect(await answer(page)).toBe(OPENING);
        expect(await page.locator('tbody tr').count()).toBe(10);
        await page.getByRole('slider', { name: 'Sequences, slider' }).press('ArrowRight');
        expect(await answer(page)).toContain('32.0 GiB for 2 sequences');
      },
      DESKTOP,
      (page) => page.route(/plotly|reader/, () => {}),
    ));

  it('says so where the library for figures does not load, and goes on', async () => {
    const context = await host().browser.newContext({ serviceWorkers: 'block' });
    const page = await context.newPage();
    await page.route(/plotly/, (route) => route.abort());
    await page.goto(host().address);
    await page.getByText('The library for figures did not load').waitFor();
    await page.getByRole('slider', { name: 'Sequences, slider' }).press('ArrowRight');
    expect(await answer(page)).toContain('32.0 GiB for 2 sequences');
    await context.close();
  });

  it('picks models by typing, and compares them', () =>
    visit('', async (page) => {
      await pick(page, 'DeepSeek-V3');
      await expect.poll(() => answer(page)).toContain('DeepSeek-V3 at 128k: 8.58 GiB per sequence');
      await page.getByRole('button', { name: '+ Compare another' }).click();
      await pick(page, 'gpt-oss-20b', 2);
      await expect
        .poll(() => answer(page))
        .toMatch(/^At 128k tokens, DeepSeek-V3 takes 8.58 GiB; gpt-oss-20b takes/);
      expect(query(page)).toBe('?v=2&model=deepseek-ai/DeepSeek-V3&model=openai/gpt-oss-20b');
      await drawn(page);
      expect(await legend(page)).toEqual([
        'DeepSeek-V3',
        'gpt-oss-20b',
        'NVIDIA H100 SXM 80GB, weights and all',
      ]);
      await page.getByRole('button', { name: 'Remove row 1' }).click();
      await expect.poll(() => answer(page)).toMatch(/^gpt-oss-20b at 128k/);
    }));

  it('compares a model with itself in another engine and dtype, with settings made from the engine’s own', () =>
    visit('', async (page) => {
      await page.getByRole('button', { name: '+ Compare another' }).click();
      const row = page.getByRole('group', { name: 'Row 2' });
      await row.getByLabel('Engine').selectOption('llama.cpp');
      await row.getByLabel('KV dtype').selectOption('q8_0');
      await row.getByText('More: settings of llama.cpp').click();
      await row.getByLabel('--ubatch-size').fill('256');
      await expect
        .poll(() => answer(page))
        .toBe(
          'At 128k tokens, Llama-3.1-8B takes 16.0 GiB; Llama-3.1-8B (llama.cpp, q8_0, ubatch-size 256) takes 8.50 GiB, 1.88x less.',
        );
      await row.getByLabel('--ubatch-size').fill('0');
      expect(await row.getByRole('alert').textContent()).toMatch(/^--ubatch-size is 0/);
      expect(await answer(page)).toMatch(/^Llama-3.1-8B at 128k/);
    }));

  it('draws each chart, with its own numbers in the table', () =>
    visit('?v=2&model=meta-llama/Llama-3.1-8B&model=google/gemma-4-26B-A4B&context=64k', async (page) => {
      for (const [title, chart, marks] of [
        ['Batch × context', 'batch', '.heatmaplayer image, .heatmaplayer path'],
        ['What fits', 'fit', '.barlayer .point'],
        ['By kind of layer', 'pools', '.barlayer .point'],
        ['Savings', 'savings', '.barlayer .point'],
        ['Layer by layer', 'layers', '.barlayer .point'],
        ['Context', 'context', '.scatterlayer .trace'],
      ] as const) {
        await page.getByRole('tab', { name: title, exact: true }).click();
        await drawn(page, chart);
        await expect.poll(() => page.locator(`#figure ${marks}`).count()).toBeGreaterThan(0);
        expect(await page.locator('tbody tr').count()).toBeGreaterThan(0);
        expect([chart, chart === 'context' || (await hovered(page)) !== '']).toEqual([chart, true]);
        expect(query(page).includes('chart=')).toBe(chart !== 'context');
      }
    }));

  it('hides a series from the legend, and keeps it hidden while a slider moves', () =>
    visit('?v=2&model=DeepSeek-V3&model=gpt-oss-20b&gpu=', async (page) => {
      await drawn(page);
      await page.locator('#figure .legendtoggle').first().click();
      const shown = () => page.locator('#figure .scatterlayer .trace').count();
      await expect.poll(shown).toBe(1);
      await page.getByRole('slider', { name: 'Sequences, slider' }).press('ArrowRight');
      await expect.poll(() => page.locator('#figure .gtitle').textContent()).toContain('2 sequences');
      expect(await shown()).toBe(1);
    }));

  it('explains a point that the mouse is over', () =>
    visit('?v=2&gpu=', async (page) => {
      await drawn(page);
      await page.locator('#figure .point').last().hover({ force: true });
      await expect
        .poll(() => page.locator('#figure .hoverlayer').textContent())
        .toContain('131,072 tokens: 16.0 GiB (17,179,869,184 bytes)');
    }));

  it('goes back and forward through changes, not through keys or steps of a slider', () =>
    visit('', async (page) => {
      const slider = page.getByRole('slider', { name: 'Context, slider' });
      await slider.press('ArrowLeft');
      await slider.press('ArrowLeft');
      await slider.blur();
      const sequences = page.getByRole('textbox', { name: 'Sequences' });
      await sequences.fill('');
      await sequences.pressSequentially('16');
      await sequences.blur();
      await expect.poll(() => query(page)).toMatch(/context=96k&sequences=16/);
      await page.goBack();
      await expect.poll(() => query(page)).toMatch(/context=/);
      expect(await sequences.inputValue()).toBe('1');
      while (query(page) !== '') {
        await page.goBack();
      }
      expect(await answer(page)).toBe(OPENING);
      await page.goForward();
      expect(await answer(page)).not.toBe(OPENING);
    }));

  it('opens a shared link as it was', async () => {
    const link = await visit('', async (page) => {
      await page.getByRole('button', { name: '+ Compare another' }).click();
      await page.getByRole('group', { name: 'Row 2' }).getByLabel('Engine').selectOption('vllm');
      await page.getByRole('tab', { name: 'What fits' }).click();
      await page.getByRole('combobox', { name: 'GPU' }).selectOption('rtx-4090');
      await page.getByLabel('How many').fill('2');
      await page.getByLabel('How many').blur();
      return {
        query: query(page),
        table: await page.locator('table').textContent(),
        answer: await answer(page),
      };
    });
    await visit(link.query, async (page) => {
      await expect.poll(() => answer(page)).toBe(link.answer);
      expect(await page.locator('table').textContent()).toBe(link.table);
      await page.getByRole('button', { name: 'Start over' }).click();
      expect(query(page)).toBe('');
    });
  });

  it("opens a link of version 1: the teaching script's figure", () =>
    visit('?v=1', async (page) => {
      expect(await answer(page)).toBe(
        'At 128k tokens, MHA (KV total) takes 51.9 GB; GQA (n_kv_groups=24, 24.0× compression) takes the least, 2.16 GB, 24.00x less.',
      );
      await drawn(page);
      expect((await legend(page)).slice(0, 5)).toEqual(seed.series.map(({ label }) => label));
      expect(await page.locator('#figure .gtitle').textContent()).toBe(seed.title);
      expect(await page.locator('tbody tr').last().locator('td').allTextContents()).toEqual([
        ...['51.9 GB', '13.0 GB 4.00x', '6.49 GB 8.00x', '4.33 GB 12.00x', '2.16 GB 24.00x'],
      ]);
      await page.getByLabel('MLA: latent size').fill('576');
      await expect.poll(() => legend(page)).toContain('MLA (latent_dim=576, 7.2× compression)');
    }));

  it('takes geometry by hand where a model is picked, and says which knob is wrong', () =>
    visit('', async (page) => {
      await picker(page).click();
      await page.getByRole('option', { name: 'Geometry by hand' }).click();
      const heads = page.getByLabel('Attention heads');
      await heads.fill('0');
      expect(await page.getByRole('group', { name: 'Row 1' }).getByRole('alert').textContent()).toBe(
        'n_heads is 0; it must be a positive integer below 2^53.',
      );
      expect(await heads.getAttribute('aria-invalid')).toBe('true');
      expect(await answer(page)).toMatch(/^At 128k tokens, MHA \(KV total\)/);
      await heads.fill('24');
      expect(await heads.getAttribute('aria-invalid')).toBe('false');
    }));

  it('says what is wrong with a field, and keeps the last picture', () =>
    visit('', async (page) => {
      await page.getByRole('textbox', { name: 'Context' }).fill('long');
      expect(await page.locator('#problem').textContent()).toBe(
        'context is "long"; it must be a number of tokens such as 4096, 32k or 1M.',
      );
      expect(await answer(page)).toBe(OPENING);
      await page.getByRole('textbox', { name: 'Context' }).fill('8k');
      expect(await page.locator('#problem').isHidden()).toBe(true);
      expect(await answer(page)).toContain('at 8k: 1.00 GiB');
    }));

  it('shows what a hostile link holds as text', () =>
    visit(
      `?${new URLSearchParams([
        ['v', '2'],
        ['model', HOSTILE],
        ['design', `emb-dim=64;n-heads=${HOSTILE}`],
        ['gpu', ''],
      ])}`,
      async (page) => {
        await expect.poll(() => page.locator('.row').first().textContent()).toContain(HOSTILE);
        await expect.poll(() => page.locator('.row').last().textContent()).toContain(HOSTILE);
        expect(await page.locator('img, main script').count()).toBe(0);
      },
    ));

  it('is dark where the system is, and as the reader chooses', () =>
    visit(
      '',
      async (page) => {
        const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        expect(await paper()).toBe('rgb(13, 17, 23)');
        await page.getByLabel('Colours').selectOption('light');
        await expect.poll(paper).toBe('rgb(255, 255, 255)');
        await page.getByLabel('Colours').selectOption('auto');
        await page.emulateMedia({ colorScheme: 'light' });
        await expect.poll(paper).toBe('rgb(255, 255, 255)');
      },
      { colorScheme: 'dark' },
    ));

  it('fits screens from a small phone to a wide one', () =>
    visit(
      '?v=2&model=NVIDIA-Nemotron-3-Super-120B-A12B-FP8&model=gemma-4-26B-A4B;engine=vllm&chart=pools',
      async (page) => {
        await drawn(page, 'pools');
        for (const width of [320, 390, 820, 1280, 1920]) {
          await page.setViewportSize({ width, height: 800 });
          const figureWidth = () =>
            page
              .locator('#figure .main-svg')
              .first()
              .evaluate((svg) => svg.getBoundingClientRect().width);
          await expect.poll(figureWidth).toBeLessThanOrEqual(width);
          await expect.poll(figureWidth).toBeGreaterThan(width / 2);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        }
      },
    ));

  it('moves nothing for readers who want it still', () =>
    visit(
      '',
      async (page) => {
        const moving = await page.evaluate(
          () =>
            [...document.querySelectorAll('*')].filter((element) => {
              const { transitionDuration, animationName } = getComputedStyle(element);
              return transitionDuration !== '0s' || animationName !== 'none';
            }).length,
        );
        expect(moving).toBe(0);
      },
      { reducedMotion: 'reduce' },
    ));
});
