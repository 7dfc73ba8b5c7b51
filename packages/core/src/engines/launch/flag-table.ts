/**
 * What follows a flag.
 *
 * `none`: nothing; `switch`: nothing, and `--no-x` is its negation; `optional`: a word or nothing; `list`: words up to the
 * next flag; `pair`: two words; `toggle`: on, off and the like, which older releases did without; else one word, of which
 * `human` may be `32k` and `human-auto` also `auto`.
 */
export type FlagKind =
  | ('none' | 'switch' | 'optional' | 'list' | 'pair' | 'toggle')
  | ('int' | 'human' | 'human-auto' | 'float' | 'json' | 'string');

/** A flag of an engine, over all releases whose flags were read. */
export interface TableFlag {
  /** The canonical name first. */
  readonly names: readonly string[];
  readonly negations: readonly string[];
  readonly kind: FlagKind;
  /** The environment variable that sets it. */
  readonly variable?: string;
  /** Places in the list of releases of the first and the last one that has it; -1: it was gone before the first. */
  readonly since: number;
  readonly until: number;
}

export interface FlagTable {
  readonly releases: readonly string[];
  readonly flags: readonly TableFlag[];
  /** By each of its names, with the names of opposites. */
  readonly byName: ReadonlyMap<string, { readonly flag: TableFlag; readonly isNegated: boolean }>;
}

/** The table behind the generated text of an engine's `flags.ts`. */
export function flagTable(releaseNames: string, lines: string): FlagTable {
  const releases = releaseNames.split(' ');
  const flags = lines
    .trim()
    .split('\n')
    .map((line) => flagOf(line, releases));
  const byName = new Map<string, { flag: TableFlag; isNegated: boolean }>();
  for (const flag of flags) {
    const negations = [
      ...flag.negations,
      ...(flag.kind === 'switch' ? flag.names.map((name) => name.replace(/^--/, '--no-')) : []),
    ];
    for (const name of flag.names) {
      byName.set(name, { flag, isNegated: false });
    }
    for (const name of negations) {
      // A flag of an old release that has become another's opposite is that opposite.
      if (!byName.has(name) || byName.get(name)?.flag.until !== releases.length - 1) {
        byName.set(name, { flag, isNegated: true });
      }
    }
  }
  return { releases, flags, byName };
}

function flagOf(line: string, releases: readonly string[]): TableFlag {
  const [names = '', kind = 'string', ...rest] = line.split(' ');
  const span = rest.find((part) => part.includes('..'));
  const variable = rest.find((part) => !part.includes('..'));
  const [since = '', until = ''] = span?.split('..') ?? [];
  const all = names.split(',');
  return {
    names: all.filter((name) => !name.startsWith('!')),
    negations: all.filter((name) => name.startsWith('!')).map((name) => name.slice(1)),
    kind: kind as FlagKind,
    ...(variable === undefined ? {} : { variable }),
    since: since === '' ? 0 : releases.indexOf(since),
    until: until === '' ? releases.length - 1 : until.startsWith('<') ? -1 : releases.indexOf(until),
  };
}

/**
 * The place of a release in the list; that of the newest one before it where it is not listed, and the newest where it
 * is not said.
 */
export function placeOf({ releases }: FlagTable, release: string | undefined): number {
  const listed = release === undefined ? releases.length - 1 : releases.indexOf(release);
  if (release === undefined || listed !== -1) {
    return listed;
  }
  const later = releases.findIndex((known) => compared(known, release) > 0);
  return later === -1 ? releases.length - 1 : Math.max(0, later - 1);
}

function compared(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

/** Whether a release of that place has the flag. */
export function isThere(flag: TableFlag, place: number): boolean {
  return flag.since <= place && place <= flag.until;
}

/** The camelCase of a flag's canonical name: `--max-num-seqs` is `maxNumSeqs`. */
export function keyOf(flagName: string): string {
  return flagName.replace(/^-+/, '').replace(/[-_]+(.)/g, (_, letter: string) => letter.toUpperCase());
}
