import { chmodSync, cpSync } from 'node:fs';
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: { kv: 'src/main.ts' },
  platform: 'node',
  // Large, or found by their files on disk: they stay packages of their own.
  external: ['playwright', '@sparticuz/chromium', 'plotly.js-dist-min', '@fontsource/open-sans', 'tar-fs'],
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    minify: 'dce-only',
  },
  plugins: [
    {
      name: 'executable',
      writeBundle: ({ dir }) => chmodSync(`${dir}/kv.js`, 0o755),
    },
    {
      // What `kv web` serves.
      name: 'page',
      writeBundle: ({ dir }) => cpSync('node_modules/@kv/web/dist', `${dir}/page`, { recursive: true }),
    },
  ],
});
