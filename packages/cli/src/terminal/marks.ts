import isUnicodeSupported from 'is-unicode-supported';

/** What bars and charts are drawn with. */
export type Marks = 'unicode' | 'ascii';

/**
 * What the terminal can draw with: blocks and braille, or ASCII alone where its encoding has no others. Undefined
 * where nothing should be drawn, because the answer goes to a file, a pipe or a dumb terminal.
 */
export function terminalMarks(): Marks | undefined {
  if (process.stdout.isTTY !== true || process.env.TERM === 'dumb') {
    return undefined;
  }
  return isUnicodeSupported() && encodesUnicode() ? 'unicode' : 'ascii';
}

/** Whether the locale says UTF-8 (POSIX: LC_ALL, else LC_CTYPE, else LANG); Windows has no such variables. */
function encodesUnicode(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? '';
  return process.platform === 'win32' || /utf-?8/i.test(locale);
}
