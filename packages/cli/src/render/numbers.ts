/** Digits in groups of three: `4,294,967,296`. */
export function grouped(number: number): string {
  return number.toLocaleString('en-US');
}
