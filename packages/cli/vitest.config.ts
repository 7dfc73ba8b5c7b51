import { defineConfig } from 'vitest/config';

// The command is tested as a process, and its figures in a real browser.
export default defineConfig({
  test: { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } },
});
