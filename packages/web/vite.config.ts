import { defineConfig } from 'vitest/config';
import { opening } from './build/opening.js';
import { serviceWorker } from './build/service-worker.js';
import { DEFAULT_STATE, OPENING_MODEL } from './src/state/state.js';

export default defineConfig({
  // Every address in the built page is relative, so that it works at any path of any host.
  base: './',
  plugins: [
    ...opening(OPENING_MODEL, DEFAULT_STATE.gpu),
    serviceWorker('worker/service-worker.ts', ['icon.svg', 'manifest.webmanifest']),
  ],
  build: {
    target: 'es2022',
    // Plotly is one chunk of its own that is loaded after the page is useful.
    chunkSizeWarningLimit: 5000,
    modulePreload: false,
    // The reader of GGUF files needs one enumeration of a package that lists all that the hub knows, and does not say so.
    rolldownOptions: { treeshake: { moduleSideEffects: (id) => !id.includes('@huggingface/tasks') } },
  },
  // What a busy machine is slow to show is no failure.
  test: { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } },
});
