import { defineConfig } from 'vitest/config';

// Properties run hundreds of cases each; a busy machine is no failure.
export default defineConfig({ test: { testTimeout: 120_000 } });
