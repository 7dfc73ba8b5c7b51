import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Every address in the built page is relative, so that it works at any path of any host.
  base: './',
  build: {
    target: 'es2022',
    // Plotly is one chunk of its own that is loaded after the page is useful.
    chunkSizeWarningLimit: 5000,
    modulePreload: { polyfill: false },
  },
  test: { testTimeout: 120_000, hookTimeout: 120_000 },
});
