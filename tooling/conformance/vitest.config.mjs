import { defineConfig } from 'vitest/config';

// The page has a row for every case of every engine, which takes a while beside other tests.
export default defineConfig({ test: { include: ['test/**/*.test.mjs'], testTimeout: 60_000 } });
