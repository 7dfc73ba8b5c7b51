import { defineConfig } from 'vitest/config';

// Servers that stall and headers of a million keys take their time on a slow machine.
export default defineConfig({ test: { testTimeout: 60_000 } });
