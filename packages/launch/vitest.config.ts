import { defineConfig } from 'vitest/config';

// Texts of thousands of flags take their time on a slow machine.
export default defineConfig({ test: { testTimeout: 60_000 } });
