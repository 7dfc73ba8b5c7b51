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
        `"${name}" may be ${listed(found.map(({ id }) => id))}; give more of the name, or all of it.`,
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
 * regard to case; all of them for an empty text.
 */
export function searchCatalogue(text: string): readonly CatalogueEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return CATALOGUE.filter((entry) => {
    const searched = [...idsOf(entry), ...typesOf(entry.config)].join(' ').toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

/** Ids that an unknown name may have meant: those that contain it, else the nearest ones, the nearest first. */
export function nearestIds(name: string): readonly string[] {
  const typed = name.trim();
  const containing = typed === '' ? [] : searchCatalogue(typed);
  return containing.length > 0
    ? containing.slice(0, MAX_NAMED).map(({ id }) => id)
    : nearestOf(
        typed,
        CATALOGUE.map(({ id }) => id),
        MAX_NAMED,
        typed.includes('/') ? undefined : nameOf,
      );
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
