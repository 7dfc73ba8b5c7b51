import { InputError } from '../text/errors.js';
import { nearest } from '../text/nearest.js';

/** Versions are compared in this file and nowhere else, and only to find the record that a patch goes by. */
type Numbers = readonly number[];

/** The releases of an engine by name alone, so that forms and checks need not load what changed in them. */
export interface ReleaseNames {
  /** For messages. */
  readonly engine: string;
  /** How many numbers of a version name its line, whose patches change little: 2 for 0.20.1. */
  readonly lineLength: number;
  /** Newest first. */
  readonly names: readonly string[];
}

/**
 * Which of the names a version goes by: its own, or for a patch that has none the nearest older one of its line; the
 * newest where it is absent.
 *
 * @throws InputError for a version of no line that is known, with the nearest.
 */
export function placeOfRelease({ engine, lineLength, names }: ReleaseNames, version?: string): number {
  if (version === undefined) {
    return 0;
  }
  const numbers = numbersOf(version);
  const place = names.findIndex((name) => {
    const own = numbersOf(name) ?? [];
    return numbers !== undefined && compare(own, numbers, lineLength) === 0 && compare(own, numbers) <= 0;
  });
  if (place === -1) {
    const guess = nearest(version, names);
    throw new InputError(
      `No release "${version}" of ${engine} is known here${guess === undefined ? '' : `; did you mean ${guess}?`} Known: ${names.join(', ')}, and patches of them.`,
    );
  }
  return place;
}

/** The numbers of `0.20.1`, `v0.20.1rc1.dev91` and `0.4.6.post5`: a release candidate counts as the release. */
function numbersOf(version: string): Numbers | undefined {
  const match = /^v?(\d+(?:\.\d+)*)(?:\.post(\d+))?(?:[-.+]?[a-z].*|\+.*)?$/i.exec(version.trim());
  if (match === null) {
    return undefined;
  }
  const [, numbers = '', post] = match;
  return [...numbers.split('.').map(Number), ...(post === undefined ? [] : [Number(post)])];
}

/** Below 0 where the first is older; numbers that a version leaves out are 0. */
function compare(one: Numbers, other: Numbers, length: number = Math.max(one.length, other.length)): number {
  for (let place = 0; place < length; place++) {
    const difference = (one[place] ?? 0) - (other[place] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}
