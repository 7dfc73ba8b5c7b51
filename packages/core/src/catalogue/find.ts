import { InputError } from '../text/errors.js';
import { nearestOf } from '../text/nearest.js';
import { CATALOGUE } from './entries.js';
import { type CatalogueEntry, nameOf } from './entry.js';

/** More names than this are no help in a message. */
const MAX_NAMED = 5;

/**
 * The entry that a name means, without regard to case: an id or alias; else the name after the organization
 * (`Llama-3.1-8B`); else a tail of one that only one entry has (`3.1-405B`).
 *
 * @returns undefined where nothing in the catalogue has that name.
 * @throws InputError naming the candidates, where several do.
 */
export function findEntry(name: string): CatalogueEntry | undefined {
  const wanted = name.trim().toLowerCase();
  if (wanted === '') {
    return undefined;
  }
  for (const matches of [isId, isName, isTail]) {
    const found = CATALOGUE.filter((entry) => idsOf(entry).some((id) => matches(id.toLowerCase(), wanted)));
    if (found.length > 1) {
      throw new InputError(
        `"${name}" may be ${listed(byFame(found).map(({ id }) => id))}; give more of the name, or all of it.`,
      );
    }
    if (found[0] !== undefined) {
      return found[0];
    }
  }
  return undefined;
}

/**
 * The entries whose id, aliases, architecture or `model_type` contain every word of a text, in any order and without
 * regard to case: those with a name that begins with one of the words first, the best known first among them; all
 * entries, by id, for an empty text.
 */
export function searchCatalogue(text: string): readonly CatalogueEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return CATALOGUE;
  }
  const found = CATALOGUE.filter((entry) => {
    const searched = [...idsOf(entry), ...typesOf(entry.config)].join(' ').toLowerCase();
    return words.every((word) => searched.includes(word));
  });
  const begins = (entry: CatalogueEntry) =>
    idsOf(entry).some((id) => words.some((word) => beginsWith(id.toLowerCase(), word)));
  return [...byFame(found.filter(begins)), ...byFame(found.filter((entry) => !begins(entry)))];
}

/**
 * Ids that an unknown name may have meant: those that contain it, else those with a name that it begins with (`-AWQ` and
 * the like behind it), else the nearest ones, the nearest first; the best known first among equals.
 */
export function nearestIds(name: string): readonly string[] {
  const typed = name.trim();
  if (typed === '') {
    return [];
  }
  const containing = searchCatalogue(typed);
  if (containing.length > 0) {
    return containing.slice(0, MAX_NAMED).map(({ id }) => id);
  }
  const compared = typed.includes('/') ? (id: string) => id : nameOf;
  const begun = byFame(CATALOGUE)
    .flatMap((entry) => idsOf(entry).map((id) => ({ id: entry.id, name: compared(id) })))
    .filter(({ name: known }) => isBeginningOf(known, typed))
    .sort((one, other) => other.name.length - one.name.length);
  const near = nearestOf(typed, byFame(CATALOGUE).flatMap(idsOf), CATALOGUE.length, compared).map(
    (id) => findEntry(id)?.id ?? id,
  );
  return [...new Set([...begun.map(({ id }) => id), ...near])].slice(0, MAX_NAMED);
}

/** The name, with its organization or without, begins with a word. */
function beginsWith(id: string, word: string): boolean {
  return id.startsWith(word) || nameOf(id).startsWith(word);
}

/** A typed name begins with a published one, up to where a part of it ends. */
function isBeginningOf(name: string, typed: string): boolean {
  return typed.toLowerCase().startsWith(name.toLowerCase()) && /[-_.]/.test(typed[name.length] ?? '');
}

function byFame(entries: readonly CatalogueEntry[]): readonly CatalogueEntry[] {
  return [...entries].sort((one, other) => (other.mentions ?? 0) - (one.mentions ?? 0));
}

function isId(id: string, wanted: string): boolean {
  return id === wanted;
}

function isName(id: string, wanted: string): boolean {
  return nameOf(id) === wanted;
}

/** A tail begins where a part of the name does. */
function isTail(id: string, wanted: string): boolean {
  return id.endsWith(wanted) && /[-_/.]/.test(id.at(-wanted.length - 1) ?? '');
}

function idsOf({ id, aliases = [] }: CatalogueEntry): readonly string[] {
  return [id, ...aliases];
}

/** `architectures` and `model_type`, those of a multimodal model's parts included. */
function typesOf(config: Readonly<Record<string, unknown>>): readonly unknown[] {
  const parts = Object.values(config).filter((value) => typeof value === 'object' && value !== null);
  return [config, ...parts].flatMap((part) => {
    const { architectures = [], model_type: type = [] } = part as {
      architectures?: unknown;
      model_type?: unknown;
    };
    return [architectures, type].flat();
  });
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, MAX_NAMED);
  const others = ids.length - shown.length;
  return others > 0 ? `${shown.join(', ')} or ${others} more` : shown.join(' or ');
}
