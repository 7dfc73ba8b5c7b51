import { writeFileSync } from 'node:fs';
import { argv, exit } from 'node:process';
import { loadLibrary, planFit } from '../library.mjs';

/**
 * Asks the engine's `--fit` in a process of its own. Its argument is JSON: `{ answer, backend, fit, path, question }`: where
 * the answer is written, the libraries of `native.mjs`, the model's file, and the question.
 */
const { answer, backend, fit, path, question } = JSON.parse(argv[2]);
loadLibrary(() => {}, backend);
writeFileSync(answer, JSON.stringify(planFit(fit, path, question)));
exit(0);
