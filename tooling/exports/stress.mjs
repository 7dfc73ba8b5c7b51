// Exports by the hundred: undisturbed, several at a time, met by signals at random moments, on disks that do not take
// them. Prints what went wrong in each, and ends with 1 if anything did.
import { parseArgs } from 'node:util';
import { diskTrials } from './disks.mjs';
import { EXPORTS, randomInterruptions, undisturbed } from './trials.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    parallel: { type: 'string', default: '8' },
    signals: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
  },
});
const [runs, parallel, signals, seed] = [values.runs, values.parallel, values.signals, values.seed].map(
  Number,
);

const longestMs = await timeOf(() => undisturbed(EXPORTS.figure));
const kinds = Object.entries(EXPORTS);
const rows = Array.from({ length: runs }, (_, index) => {
  const [name, item] = kinds[index % kinds.length];
  return { name: `${name}, run ${index}`, run: () => undisturbed(item) };
});
await all('in a row', rows, 1);
await all(`${parallel} at a time`, rows, parallel);
await all('met by a signal', randomInterruptions(signals, randomFrom(seed), 1.2 * longestMs), 1);
await all(
  `met by a signal, ${parallel} at a time`,
  randomInterruptions(signals, randomFrom(seed + 1), 1.2 * parallel * longestMs),
  parallel,
);
await all(
  'on bad disks',
  Object.entries(diskTrials()).map(([name, run]) => ({ name, run })),
  1,
);

/** Runs trials, so many at a time, and says how many went wrong and how. */
async function all(title, trials, width) {
  const queue = trials[Symbol.iterator]();
  let [done, failed] = [0, 0];
  const begin = performance.now();
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const { name, run } = next.value;
      const wrong = await run();
      done += 1;
      if (wrong.length > 0) {
        failed += 1;
        process.exitCode = 1;
        console.log(`  ${name}: ${wrong.join('; ')}`);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  console.log(`${title}: ${done} exports, ${failed} went wrong, ${seconds} s`);
}

async function timeOf(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Numbers in [0, 1) that a seed determines (mulberry32). */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
