import { FIGURE_CONFIG, type Figure } from '@kv/core';

/** Plotly, as far as the page uses it. */
interface Plotly {
  react(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
}

let plotly: Promise<Plotly> | undefined;
let latest: Figure | undefined;

/** Draws the newest figure that it was given, once Plotly is there; it is fetched when the page has nothing else to do. */
export async function draw(element: HTMLElement, figure: Figure): Promise<void> {
  latest = figure;
  plotly ??= idle().then(loadPlotly);
  const { react } = await plotly;
  if (latest === figure) {
    await react(element, figure.data, { ...figure.layout, autosize: true }, FIGURE_CONFIG);
    element.dataset.drawn = 'true';
  }
}

async function loadPlotly(): Promise<Plotly> {
  const [module] = await Promise.all([import('plotly.js-dist-min'), document.fonts.load('16px "Open Sans"')]);
  return module.default as Plotly;
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) {
      requestIdleCallback(() => resolve(), { timeout: 500 });
    } else {
      setTimeout(resolve, 50);
    }
  });
}
