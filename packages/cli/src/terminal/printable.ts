/**
 * The text without control characters, which names from untrusted files could use to write over the terminal; each
 * run of white space, such as a line break, becomes one space.
 */
export function printable(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}')
    .trim();
}
