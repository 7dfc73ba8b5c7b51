import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { ggufBytes } from '../../../gguf/test/write.js';
import { answer, DESKTOP, picker, visitor, withoutFigure } from './visit.js';

const config = readFileSync(
  new URL('../../../cli/test/configs/DeepSeek-V3/config.json', import.meta.url),
  'utf8',
);

const gguf = ggufBytes({
  keys: [
    ['general.architecture', { type: 'text', value: 'llama' }],
    ['llama.block_count', { type: 'u32', value: 32 }],
    ['llama.context_length', { type: 'u32', value: 8192 }],
    ['llama.embedding_length', { type: 'u32', value: 4096 }],
    ['llama.attention.head_count', { type: 'u32', value: 32 }],
    ['llama.attention.head_count_kv', { type: 'u32', value: 8 }],
  ],
});

const OPENING = /^Llama-3.1-8B at 128k: 16.0 GiB per sequence/;

const { visit: visitWhole, query } = visitor();

/** A visit that needs no figure. */
const visit: typeof visitWhole = (link, look, options = DESKTOP, before = async () => {}) =>
  visitWhole(link, look, options, async (page) => {
    await withoutFigure(page);
    await before(page);
  });

/** Drops a file onto the page, as from a folder beside the browser. */
async function drop(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([title, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], title));
      return data;
    },
    [name, [...Buffer.from(content)]] as const,
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((plain) => {
    const data = new DataTransfer();
    data.setData('text/plain', plain);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  }, text);
}

describe('a model from a file', () => {
  it('is read where it is dropped, in place of the one that the page opens with, and is in no link', () =>
    visit('', async (page) => {
      await drop(page, 'DeepSeek-V3.json', config);
      await expect.poll(() => answer(page)).toMatch(/^DeepSeek-V3 at 128k: 8.58 GiB per sequence/);
      expect(query(page)).toBe('');
      expect(await page.getByText('The link leaves out files that were dropped here.').isVisible()).toBe(
        true,
      );
      expect(await page.locator('.command').textContent()).toContain('kv plot ./DeepSeek-V3.json');
      const kept = await page.evaluate(async () => [
        localStorage.length,
        sessionStorage.length,
        document.cookie,
        JSON.stringify(history.state).includes('DeepSeek'),
        (await indexedDB.databases()).length,
      ]);
      expect(kept).toEqual([0, 0, '', false, 0]);
    }));

  it('stays when the reader goes back to it, as long as the page lives', () =>
    visit('', async (page) => {
      await drop(page, 'DeepSeek-V3.json', config);
      await expect.poll(() => answer(page)).toMatch(/^DeepSeek-V3/);
      await page.getByRole('tab', { name: 'Savings' }).click();
      await page.goBack();
      await expect.poll(() => answer(page)).toMatch(/^DeepSeek-V3/);
      await page.goBack();
      await expect.poll(() => answer(page)).toMatch(OPENING);
    }));

  it('is compared with what is there, and may be pasted or chosen', () =>
    visit('?v=2&model=openai/gpt-oss-20b', async (page) => {
      await expect.poll(() => answer(page)).toMatch(/^gpt-oss-20b/);
      await paste(page, config);
      await expect
        .poll(() => answer(page))
        .toBe('At 128k tokens, gpt-oss-20b takes 3.00 GiB, the least of all.');
      await page
        .locator('input[type="file"]')
        .setInputFiles({ name: 'third.json', mimeType: '', buffer: Buffer.from(config) });
      await expect.poll(() => picker(page, 3).inputValue()).toBe('third.json');
    }));

  it('may be a GGUF, of which only the header is read', () =>
    visit('', async (page) => {
      await drop(page, 'llama.gguf', gguf);
      await expect.poll(() => answer(page)).toMatch(/^llama at 128k: 16.0 GiB per sequence/);
      expect(await page.locator('.warning').first().textContent()).toContain('8192');
    }));

  it.each([
    ['cut.json', config.slice(0, 100), /^cut.json: This is not valid JSON/],
    ['list.json', '[]', /^list.json: The config is \[\]/],
    ['image.png', '\u{89}PNG', /^image.png: This is not valid JSON/],
    ['cut.gguf', gguf.slice(0, 60), /^cut.gguf ends before byte/],
    ['fake.gguf', 'GGML', /^fake.gguf/],
    ['<img src=x onerror=alert(1)>.json', '{', /^<img src=x onerror=alert\(1\)>.json: /],
    ['alien.json', '{"model_type":"<b>alien</b>"}', /^alien.json: /],
  ])('that is %s is refused in a sentence, and the last picture stays', (name, content, sentence) =>
    visit('', async (page) => {
      await drop(page, name, content);
      await expect.poll(() => page.locator('#problem').textContent()).toMatch(sentence);
      expect(await answer(page)).toMatch(OPENING);
      expect(await page.locator('img').count()).toBe(0);
      await page.getByRole('slider', { name: 'Sequences, slider' }).press('ArrowRight');
      expect(await page.locator('#problem').isHidden()).toBe(true);
    }),
  );

  it('is shown as text, whatever it is called', () =>
    visitWhole('', async (page) => {
      const name = '<script>alert(1)</script>';
      await drop(page, `${name}.json`, config);
      await expect.poll(() => answer(page)).toContain(`${name} at 128k`);
      await page.waitForSelector('#figure[data-drawn] .legendtext');
      expect(await page.locator('#figure .legendtext').first().textContent()).toBe(name);
      expect(await page.locator('main script').count()).toBe(0);
    }));
});

describe('a model of the hub', () => {
  const HUB = 'https://huggingface.co/org/new-model/resolve/main/config.json';

  it('is fetched where the reader asks for it, which the list says, and is in the link by name', async () => {
    const asked: string[] = [];
    const link = await visit(
      '',
      async (page) => {
        await picker(page).fill('org/new-model');
        const option = page.getByRole('option', { name: 'Fetch org/new-model' });
        expect(await option.textContent()).toContain('asks huggingface.co for its config.json');
        expect(asked).toEqual([]);
        await option.click();
        await expect.poll(() => answer(page)).toMatch(/^new-model at 128k: 8.58 GiB/);
        expect(asked).toEqual([HUB]);
        return query(page);
      },
      DESKTOP,
      async (page) => {
        await page.addInitScript(hubAnswering(200, config));
        await page.exposeFunction('asked', (address: string) => asked.push(address));
      },
    );
    expect(link).toBe('?v=2&model=hf:org/new-model');
    await visit(
      link,
      async (page) => {
        const fetchIt = page.getByRole('button', { name: 'Fetch its config.json from huggingface.co' });
        await fetchIt.waitFor();
        expect(asked).toHaveLength(1);
        await fetchIt.click();
        await expect.poll(() => answer(page)).toMatch(/^new-model/);
      },
      DESKTOP,
      async (page) => {
        await page.addInitScript(hubAnswering(200, config));
        await page.exposeFunction('asked', (address: string) => asked.push(address));
      },
    );
    expect(asked).toEqual([HUB, HUB]);
  });

  it.each([
    [401, /^huggingface.co has no org\/new-model that everyone may read/],
    [404, /^huggingface.co has no config.json for org\/new-model/],
    [500, /^huggingface.co answered 500/],
  ])('that answers %d is refused in a sentence', (status, sentence) =>
    visit(
      '?v=2&model=hf:org/new-model&model=openai/gpt-oss-20b',
      async (page) => {
        await page.getByRole('button', { name: 'Fetch its config.json from huggingface.co' }).click();
        await expect
          .poll(() => page.getByRole('group', { name: 'Row 1' }).getByRole('alert').textContent())
          .toMatch(sentence);
        await expect.poll(() => answer(page)).toMatch(/^gpt-oss-20b/);
      },
      DESKTOP,
      (page) => page.addInitScript(hubAnswering(status, '')),
    ),
  );

  it('is the only other host that the page’s policy allows', () =>
    visit('', async (page) => {
      const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
      expect(policy?.match(/https?:\/\/[^\s;]+/g)).toEqual(['https://huggingface.co']);
      expect(policy).not.toContain('unsafe');
      expect(policy).toMatch(/script-src 'self';/);
    }));
});

/** A script that stands in for the hub's server, which no test may ask. */
function hubAnswering(status: number, body: string): string {
  return `const real = window.fetch;
    window.fetch = (address, options) => {
      if (!String(address).startsWith('https://huggingface.co/')) {
        return real(address, options);
      }
      window.asked?.(String(address));
      return Promise.resolve(new Response(${JSON.stringify(body)}, { status: ${status} }));
    };`;
}
