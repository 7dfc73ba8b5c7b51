import { printable } from './printable.js';

/** Work that takes less is not worth a line. */
const DELAY_MS = 500;

/**
 * Does some work; where it takes longer than half a second and a person looks at standard error, a line there says what
 * is being done, until it is done.
 *
 * @param text what is being done: `Drawing x.pdf`.
 * @param work is given a function that changes the text.
 */
export async function withProgress<Result>(
  text: string,
  work: (say: (text: string) => void) => Promise<Result>,
): Promise<Result> {
  const { isTTY } = process.stderr;
  if (isTTY !== true || process.env.TERM === 'dumb' || process.env.CI !== undefined) {
    return work(() => {});
  }
  let latest = text;
  let say = (changed: string) => {
    latest = changed;
  };
  let stop = () => {};
  let done = false;
  const timer = setTimeout(async () => {
    const { default: yoctoSpinner } = await import('yocto-spinner');
    if (!done) {
      const spinner = yoctoSpinner({ text: printable(latest), handleSignals: false }).start();
      say = (changed) => {
        spinner.text = printable(changed);
      };
      stop = () => {
        spinner.stop();
      };
      // An interrupted command must not leave the line, and a hidden cursor, behind.
      process.once('exit', stop);
    }
  }, DELAY_MS);
  try {
    return await work((changed) => say(changed));
  } finally {
    done = true;
    clearTimeout(timer);
    stop();
    process.off('exit', stop);
  }
}
