import { InputError } from '../text/errors.js';
import { nearest } from '../text/nearest.js';

/** A release of an engine: which of the facts that its rules ask for it changed. */
export interface Release<Facts> {
  /** Its version. One that ends early stands for its line: `0.20` for 0.20.0, and for all patches without an own record. */
  readonly release: string;
  /** Whether its own code was run beside these rules, or they were read in it. */
  readonly known: 'run' | 'read';
  readonly facts: Partial<Facts>;
}

/** Facts by release. A `version` is any that `named` accepts; the newest where it is absent. */
export interface Releases<Facts, Record extends Release<Facts> = Release<Facts>> {
  /** The versions that have a record, newest first. */
  readonly names: readonly string[];
  /**
   * The record that a version goes by: its own, or for a patch that has none the nearest older one of its line.
   *
   * @throws InputError for a version of no line that is known, with the nearest.
   */
  readonly named: (version?: string) => Record;
  /** What holds in a release: its own facts, and those of older ones that it did not change. */
  readonly factsOf: (version?: string) => Facts;
  /** The records up to a release, oldest first, its own last. */
  readonly upTo: (version?: string) => readonly Record[];
  /** The oldest release that differs from all before it in that this holds in it and in all after it; undefined if none. */
  readonly since: (holds: (facts: Facts) => boolean) => string | undefined;
}

/** Versions are compared in this file and nowhere else, and only to find the record that a patch goes by. */
type Numbers = readonly number[];

/**
 * What changed in which release of an engine.
 *
 * ```ts
 * const RELEASES = releasesOf('vLLM', 2, [
 *   { release: '0.29', known: 'read', facts: { nullBlockCounts: true } },
 *   { release: '0.28', known: 'read', facts: { nullBlockCounts: false } },
 * ]);
 * RELEASES.factsOf('0.29.1').nullBlockCounts; // true
 * ```
 *
 * @param engine its name, for messages.
 * @param lineLength how many numbers of a version name its line, whose patches change little: 2 for 0.20.1.
 * @param records newest first; the last has all facts.
 */
export function releasesOf<Facts, Record extends Release<Facts> = Release<Facts>>(
  engine: string,
  lineLength: number,
  records: readonly [...(readonly Record[]), Record & { readonly facts: Facts }],
): Releases<Facts, Record> {
  const known = folded<Facts, Record>(records);
  const names = known.map(({ record }) => record.release);

  const placeOf = (version?: string): number => {
    if (version === undefined) {
      return 0;
    }
    const numbers = numbersOf(version);
    const place = known.findIndex(
      (one) =>
        numbers !== undefined &&
        compare(one.numbers, numbers, lineLength) === 0 &&
        compare(one.numbers, numbers) <= 0,
    );
    if (place === -1) {
      const guess = nearest(version, names);
      throw new InputError(
        `No release "${version}" of ${engine} is known here${guess === undefined ? '' : `; did you mean ${guess}?`} Known: ${names.join(', ')}, and patches of them.`,
      );
    }
    return place;
  };
  const at = (version?: string) => known[placeOf(version)] ?? known[0];
  return {
    names,
    named: (version) => at(version).record,
    factsOf: (version) => at(version).facts,
    upTo: (version) =>
      known
        .slice(placeOf(version))
        .map(({ record }) => record)
        .toReversed(),
    since: (holds) => names[known.findIndex(({ facts }) => !holds(facts)) - 1],
  };
}

interface Known<Facts, Record> {
  readonly record: Record;
  readonly numbers: Numbers;
  /** All that hold in it. */
  readonly facts: Facts;
}

/** Newest first, as the records are. */
function folded<Facts, Record extends Release<Facts>>(
  records: readonly [...(readonly Record[]), Record & { readonly facts: Facts }],
): readonly [Known<Facts, Record>, ...Known<Facts, Record>[]] {
  const oldest = records[records.length - 1] as Record & { readonly facts: Facts };
  const known: [Known<Facts, Record>, ...Known<Facts, Record>[]] = [
    { record: oldest, numbers: numbersOf(oldest.release) ?? [], facts: oldest.facts },
  ];
  for (const record of records.slice(0, -1).toReversed()) {
    const facts = { ...known[0].facts, ...record.facts };
    known.unshift({ record, numbers: numbersOf(record.release) ?? [], facts });
  }
  return known;
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
