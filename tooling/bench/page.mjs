// How long the built page takes after a step of a slider, with eight rows: until its numbers are there, and then until
// its figure is drawn. The budgets are one frame of a screen, and what still feels immediate.
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '@kv/browser';
import { preview } from 'vite';

const STEPS = 24;
const WEB = fileURLToPath(new URL('../../packages/web', import.meta.url));

const ROWS = [
  'model=meta-llama/Llama-3.1-8B',
  'model=meta-llama/Llama-3.1-70B;engine=vllm;tp=8',
  'model=deepseek-ai/DeepSeek-V3;kv-dtype=fp8_e4m3',
  'model=openai/gpt-oss-120b;engine=llama.cpp',
  'model=google/gemma-4-26B-A4B',
  'model=Qwen/Qwen3.5-27B;engine=vllm',
  'model=nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16',
  'model=mistralai/Mixtral-8x22B-v0.1',
].join('&');

/**
 * Milliseconds of each step, by chart: until the numbers are in the page, and what drawing the figure takes.
 *
 * @param charts names of charts, as in the page's address.
 */
export async function pageTimes(charts) {
  const server = await preview({ root: WEB, preview: { port: 0 }, logLevel: 'silent' });
  const { browser, close } = await launchBrowser();
  try {
    const page = await browser.newPage();
    const times = {};
    for (const chart of charts) {
      await page.goto(`${server.resolvedUrls.local[0]}?v=2&${ROWS}&chart=${chart}`);
      await page.waitForSelector(`#figure[data-drawn="${chart}"] .main-svg`);
      await page.waitForFunction(() => document.querySelectorAll('.results').length === 8);
      times[chart] = await page.evaluate(slide, STEPS);
    }
    return times;
  } finally {
    await close();
    await server.close();
  }
}

/** Runs in the page: moves the slider of sequences back and forth. */
async function slide(steps) {
  const slider = document.querySelector('[aria-label="Sequences, slider"]');
  const answer = document.querySelector('#answer');
  const figure = document.querySelector('#figure');
  const numbers = [];
  const drawing = [];
  for (let step = 0; step < steps; step++) {
    const changed = new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        observer.disconnect();
        resolve(performance.now());
      }).observe(answer, { childList: true, subtree: true, characterData: true });
    });
    const plotted = new Promise((resolve) => {
      figure.once('plotly_afterplot', () => resolve(performance.now()));
    });
    const start = performance.now();
    slider.value = String(1 + (step % 12));
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    const numbersAt = await changed;
    numbers.push(numbersAt - start);
    const frame = await new Promise((resolve) => {
      requestAnimationFrame(() => resolve(performance.now()));
    });
    drawing.push((await plotted) - Math.min(frame, numbersAt));
  }
  return { numbers, drawing };
}
