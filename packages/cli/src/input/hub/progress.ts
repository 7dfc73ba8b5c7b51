import { clearLine, cursorTo } from 'node:readline';
import type { WriteStream } from 'node:tty';
import { printable } from '../../render/printable.js';

/** What takes less is over before a person could read about it, in milliseconds. */
const DELAY = 500;

/**
 * Waits for something while a terminal says what for, once it takes longer than half a second; the line is gone
 * afterwards. Nothing is said where stderr is not a terminal.
 */
export async function withProgress<Result>(
  text: string,
  work: Promise<Result>,
  stream: WriteStream = process.stderr,
): Promise<Result> {
  if (stream.isTTY !== true) {
    return work;
  }
  let shown = false;
  const clear = () => {
    if (shown) {
      clearLine(stream, 0);
      cursorTo(stream, 0);
    }
  };
  const timer = setTimeout(() => {
    shown = true;
    stream.write(printable(text).slice(0, stream.columns - 1));
  }, DELAY);
  process.once('exit', clear);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    process.off('exit', clear);
    clear();
  }
}
