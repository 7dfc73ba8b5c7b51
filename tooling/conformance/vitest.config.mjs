import { defineConfig } from 'vitest/config';

// Every golden case is estimated in one test; a busy machine is no failure.
export default defineConfig({ test: { include: ['test/**/*.test.mjs'], testTimeout: 120_000 } });
<<<<<<< HEAD
// The page has a row for every case of every engine, which takes a while beside other tests.
export default defineConfig({ test: { include: ['test/**/*.test.mjs'], testTimeout: 60_000 } });
// Every case of every engine is estimated, on whatever machine the tests run.
export default defineConfig({ test: { include: ['test/**/*.test.mjs'], testTimeout: 120_000 } });
=======
// The page has a row for every case of every engine, which takes a while beside other tests.
export default defineConfig({ test: { include: ['test/**/*.test.mjs'], testTimeout: 60_000 } });
>>>>>>> 13a62d6 (Keep the conformance tests' own time limit, and the table of folders aligned)
