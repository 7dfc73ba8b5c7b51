import { FIGURE_CONFIG, type Figure } from '@kv/core';
import { idle } from '../library/idle.js';

/** Plotly, as far as the page uses it. */
interface Plotly {
  react(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  toImage(element: HTMLElement, options: ImageOptions): Promise<string>;
}

interface ImageOptions {
  readonly format: 'png' | 'svg';
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

let plotly: Promise<Plotly> | undefined;
let latest: { readonly figure: Figure; readonly kind: string } | undefined;
let isScheduled = false;
let drawing: Promise<unknown> = Promise.resolve();

/**
 * Draws the newest figure that it was given, once in a frame, as soon as Plotly is there; it is fetched when the page
 * has nothing else to do. What a reader hid in the legend stays hidden.
 *
 * @param kind figures of the same kind follow each other as one.
 * @returns rejects where Plotly does not load.
 */
export async function draw(element: HTMLElement, figure: Figure, kind: string): Promise<void> {
  latest = { figure, kind };
  const { react } = await plotlyAfter(idle);
  if (isScheduled) {
    return;
  }
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    if (latest !== undefined && element.isConnected) {
      const { figure: newest, kind: drawn } = latest;
      const layout = { ...newest.layout, autosize: true, uirevision: drawn };
      drawing = react(element, newest.data, layout, FIGURE_CONFIG).then(() => {
        element.dataset.drawn = drawn;
      });
    }
  });
}

/** The drawn figure as an image, twice as fine as the screen where it is of pixels: a data address. */
export async function imageOf(element: HTMLElement, format: 'png' | 'svg'): Promise<string> {
  const { toImage } = await plotlyAfter(async () => {});
  await drawing;
  const { width, height } = element.getBoundingClientRect();
  return toImage(element, {
    format,
    width: Math.round(width),
    height: Math.round(height),
    scale: format === 'png' ? 2 : 1,
  });
}

/** Plotly, fetched after something where it is not yet. */
function plotlyAfter(wait: () => Promise<void>): Promise<Plotly> {
  plotly ??= wait().then(loadPlotly);
  return plotly;
}

async function loadPlotly(): Promise<Plotly> {
  const [module] = await Promise.all([import('plotly.js-dist-min'), document.fonts.load('16px "Open Sans"')]);
  return module.default as Plotly;
}
