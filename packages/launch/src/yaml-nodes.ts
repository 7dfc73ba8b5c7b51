import { InputError } from '@kv/core';
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';

/** The entries of a mapping by key, those that `<<` merges in first. */
export function entriesOf(map: YAMLMap, document: Document, depth = 0): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>();
  for (const { key, value } of map.items) {
    const merged =
      isScalar(key) && String(key.value) === '<<' ? resolved(value as Node | null, document) : undefined;
    if (isMap(merged) && depth < 10) {
      for (const [name, node] of entriesOf(merged, document, depth + 1)) {
        found.set(name, node);
      }
    }
  }
  for (const { key, value } of map.items) {
    const node = resolved(value as Node | null, document);
    if (isScalar(key) && String(key.value) !== '<<' && node !== undefined) {
      found.set(String(key.value), node);
    }
  }
  return found;
}

export function resolved(node: Node | null | undefined, document: Document): Node | undefined {
  return isAlias(node) ? (node.resolve(document) as Node | undefined) : (node ?? undefined);
}

/** Aliases of aliases make lists of any length out of a few lines. */
const MOST_WORDS = 20_000;

/**
 * The texts of a list, or the one text.
 *
 * @throws InputError for a list without end.
 */
export function scalarsOf(
  node: Node | undefined,
  document: Document,
): readonly { text: string; offset: number }[] {
  const found: { text: string; offset: number }[] = [];
  let visited = 0;
  const visit = (one: Node | undefined, depth: number): void => {
    visited += 1;
    if (visited > MOST_WORDS || depth > 100) {
      throw new InputError(
        `A list of the YAML has more than ${MOST_WORDS} words or 100 levels; it is no command.`,
      );
    }
    if (isScalar(one) && one.value !== null && one.value !== undefined) {
      found.push({ text: textOf(one), offset: one.range?.[0] ?? 0 });
    } else if (isSeq(one)) {
      for (const item of one.items) {
        visit(resolved(item as Node, document), depth + 1);
      }
    }
  };
  visit(node, 0);
  return found;
}

/** A number or truth value as it is written: `1.50` stays so. */
function textOf(node: { readonly value: unknown; readonly source?: string }): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}

/** Every mapping and list of strings of a document, outermost first. */
export function* nodesOf(node: Node | undefined, document: Document, depth = 0): Generator<Node> {
  if (node === undefined || depth > 40) {
    return;
  }
  yield node;
  const children = isMap(node) ? node.items.map(({ value }) => value) : isSeq(node) ? node.items : [];
  for (const child of children) {
    // Aliases are visited where they are anchored, once.
    if (!isAlias(child)) {
      yield* nodesOf((child as Node | null) ?? undefined, document, depth + 1);
    }
  }
}
