import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';

/** The entries of a mapping by key, those that `<<` merges in first. */
export function entriesOf(map: YAMLMap, document: Document): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>();
  for (const { key, value } of map.items) {
    const merged =
      isScalar(key) && String(key.value) === '<<' ? resolved(value as Node | null, document) : undefined;
    if (isMap(merged)) {
      for (const [name, node] of entriesOf(merged, document)) {
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

/** The texts of a list, or the one text. */
export function scalarsOf(
  node: Node | undefined,
  document: Document,
): readonly { text: string; offset: number }[] {
  if (isScalar(node)) {
    return node.value === null || node.value === undefined
      ? []
      : [{ text: textOf(node), offset: node.range?.[0] ?? 0 }];
  }
  return isSeq(node)
    ? node.items.flatMap((item) => scalarsOf(resolved(item as Node, document), document))
    : [];
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
