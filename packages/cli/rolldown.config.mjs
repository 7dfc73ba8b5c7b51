import { chmodSync, cpSync } from 'node:fs';
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: { kv: 'src/main.ts' },
  platform: 'node',
  // Large, or found by their files on disk: they stay packages of their own.
  external: ['@sparticuz/chromium', 'plotly.js-basic-dist-min', '@fontsource/open-sans', 'tar-fs'],
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    minify: 'dce-only',
    // A file costs a start more than its size does, so what most commands need is one file, not many small ones.
    codeSplitting: {
      groups: [
        { name: 'config', minShareCount: 2, test: /[\\/]core[\\/]dist[\\/]import[\\/]/ },
        { name: 'common', minShareCount: 4, test: /[\\/](core[\\/]dist|cli[\\/]src|fast-|kleur)/ },
      ],
    },
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
