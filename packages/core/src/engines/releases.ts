import { placeOfRelease, type ReleaseNames } from './release-place.js';

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

/**
 * What changed in which release of an engine.
 *
 * ```ts
 * const RELEASES = releasesOf(VLLM_RELEASE_NAMES, [
 *   { release: '0.29', known: 'read', facts: { nullBlockCounts: true } },
 *   { release: '0.28', known: 'read', facts: { nullBlockCounts: false } },
 * ]);
 * RELEASES.factsOf('0.29.1').nullBlockCounts; // true
 * ```
 *
 * @param names of the records, in their order.
 * @param records newest first; the last has all facts.
 */
export function releasesOf<Facts, Record extends Release<Facts> = Release<Facts>>(
  names: ReleaseNames,
  records: readonly [...(readonly Record[]), Record & { readonly facts: Facts }],
): Releases<Facts, Record> {
  const known = folded<Facts, Record>(records);
  const placeOf = (version?: string): number => placeOfRelease(names, version);
  const at = (version?: string) => known[placeOf(version)] ?? known[0];
  return {
    names: names.names,
    named: (version) => at(version).record,
    factsOf: (version) => at(version).facts,
    upTo: (version) =>
      known
        .slice(placeOf(version))
        .map(({ record }) => record)
        .toReversed(),
    since: (holds) => names.names[known.findIndex(({ facts }) => !holds(facts)) - 1],
  };
}

interface Known<Facts, Record> {
  readonly record: Record;
  /** All that hold in it. */
  readonly facts: Facts;
}

/** Newest first, as the records are. */
function folded<Facts, Record extends Release<Facts>>(
  records: readonly [...(readonly Record[]), Record & { readonly facts: Facts }],
): readonly [Known<Facts, Record>, ...Known<Facts, Record>[]] {
  const oldest = records[records.length - 1] as Record & { readonly facts: Facts };
  const known: [Known<Facts, Record>, ...Known<Facts, Record>[]] = [{ record: oldest, facts: oldest.facts }];
  for (const record of records.slice(0, -1).toReversed()) {
    const facts = { ...known[0].facts, ...record.facts };
    known.unshift({ record, facts });
  }
  return known;
}
