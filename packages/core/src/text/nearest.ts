/** The number of single-character insertions, deletions and replacements that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/** The candidate that a mistyped word most likely meant, or undefined when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  return nearestOf(word, candidates, 1)[0];
}

/**
 * The candidates that a mistyped word may have meant, the nearest first: those that differ from it in at most a third of
 * its characters.
 *
 * @param limit how many at most.
 * @param compared the part of a candidate that the word is compared with.
 */
export function nearestOf(
  word: string,
  candidates: readonly string[],
  limit: number,
  compared: (candidate: string) => string = (candidate) => candidate,
): readonly string[] {
  const typed = word.slice(0, 100).toLowerCase();
  const mostDistant = Math.max(2, Math.floor(typed.length / 3));
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(typed, compared(candidate).toLowerCase()) }))
    .filter(({ distance }) => distance <= mostDistant)
    .sort((one, other) => one.distance - other.distance)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}
