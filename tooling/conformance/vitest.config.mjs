import { defineConfig } from 'vitest/config';

// Every golden case is estimated in one test; a busy machine is no failure.
export default defineConfig({ test: { include: ['test/**/*.test.mjs'], testTimeout: 120_000 } });
