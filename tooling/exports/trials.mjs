// Single exports, and what went wrong in each: an empty list where nothing did.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import {
  endedBy,
  lingering,
  makeGround,
  OLD,
  removeGround,
  start,
  wrongFiles,
  wrongScratch,
} from './ground.mjs';

/** What is exported: a figure in several formats, the teaching figure, a report. */
export const EXPORTS = {
  figure: {
    args: ['plot', '--out', 'new.pdf', '--out', 'old.pdf', '--out', 'new.png'],
    names: ['new.pdf', 'old.pdf', 'new.png'],
  },
  seed: {
    args: ['plot'],
    names: ['kv_bytes_vs_context_length.pdf', 'kv_bytes_vs_context_length.html'],
  },
  report: {
    args: [
      ...['compare', 'meta-llama/Llama-3.1-8B', 'deepseek-ai/DeepSeek-V3'],
      ...['--out', 'old.pdf', '--out', 'new.html'],
    ],
    names: ['old.pdf', 'new.html'],
  },
};

/** What ends an export from outside. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL'];

/** Moments of an export that can be seen from outside, in their order. */
export const MOMENTS = {
  'the browser starts': ({ scratch }) => readdirSync(scratch).length > 0,
  'the page is there': ({ scratch }) =>
    readdirSync(scratch).some((name) => existsSync(join(scratch, name, 'page.html'))),
  'a file is being written': ({ out }) => readdirSync(out).some((name) => name.startsWith('.kv-partial')),
};

/** An export that nothing disturbs. */
export function undisturbed({ args, names }, surroundings) {
  return inGround(names, async (ground) => {
    const outcome = await start(ground, args, surroundings).ended;
    return [
      ...(outcome.code === 0 ? [] : [said(outcome)]),
      ...(await lingering(ground)),
      ...wrongFiles(ground, names, true),
      ...wrongScratch(ground),
    ];
  });
}

/**
 * An export that a signal meets.
 *
 * @param moment milliseconds after the start, or one of MOMENTS.
 */
export function interrupted({ args, names }, signal, moment) {
  return inGround(names, async (ground) => {
    const { child, ended } = start(ground, args);
    await Promise.race([ended, reached(ground, moment, () => child.exitCode !== null)]);
    child.kill(signal);
    const outcome = await ended;
    const wrong = [
      ...(outcome.code === 0 || endedBy(outcome, signal) ? [] : [said(outcome)]),
      ...(await lingering(ground)),
    ];
    if (outcome.signal !== null) {
      // Nothing could be removed; the next run does it.
      const next = await start(ground, args).ended;
      wrong.push(...(next.code === 0 ? [] : [`next run: ${said(next)}`]), ...(await lingering(ground)));
    }
    return [
      ...wrong,
      ...wrongFiles(ground, names, outcome.code === 0 || outcome.signal !== null),
      ...wrongScratch(ground),
    ];
  });
}

/**
 * An export to or through a place that does not take it.
 *
 * @param expected exit codes; after 0 all files are new, after another each is as it was.
 * @param prepare makes a ground bad, before or after the old files are there, and returns what undoes that.
 */
export async function hindered({ args, names }, expected, surroundings, prepare = nothing) {
  const ground = makeGround();
  const restore = prepare(ground, () => fill(ground, names));
  try {
    const outcome = await start(ground, args, surroundings).ended;
    const { code } = outcome;
    const isSentence = /^kv: (?!this is a bug)/m.test(outcome.stderr());
    return [
      ...(expected.includes(code) && (code === 0 || isSentence) ? [] : [said(outcome)]),
      ...(await lingering(ground)),
      ...wrongFiles(ground, names, code === 0),
      ...(code === 0 ? [] : changed(ground, names)),
      ...wrongScratch(ground),
    ];
  } finally {
    restore();
    removeGround(ground);
  }
}

/** Every kind of signal at a random moment, `count` times. */
export function* randomInterruptions(count, random, longestMs) {
  const exports = Object.entries(EXPORTS);
  for (let index = 0; index < count; index++) {
    const [name, item] = exports[Math.floor(random() * exports.length)];
    const signal = SIGNALS[index % SIGNALS.length];
    const moment = Math.floor(random() * longestMs);
    yield { name: `${name}, ${signal} after ${moment} ms`, run: () => interrupted(item, signal, moment) };
  }
}

function nothing(_, fillGround) {
  fillGround();
  return () => {};
}

/** Puts old files where the export will replace some. */
function fill({ out }, names) {
  for (const name of names.filter((name) => !name.startsWith('new'))) {
    writeFileSync(join(out, name), OLD);
  }
}

async function inGround(names, work) {
  const ground = makeGround();
  try {
    fill(ground, names);
    return await work(ground);
  } finally {
    removeGround(ground);
  }
}

/** The files that a failed export touched: those that were there and those that were not. */
function changed({ out }, names) {
  const contentOf = (name) =>
    existsSync(join(out, name)) ? readFileSync(join(out, name), 'utf8') : undefined;
  return names
    .filter((name) => contentOf(name) !== (name.startsWith('new') ? undefined : OLD))
    .map((name) => `${name} was touched`);
}

async function reached(ground, moment, isOver) {
  if (typeof moment === 'number') {
    await setTimeout(moment);
    return;
  }
  while (!isOver() && !MOMENTS[moment](ground)) {
    await setImmediate();
  }
}

function said({ code, signal, stderr }) {
  return `it ended with ${signal ?? code}: ${stderr().trim()}`;
}
