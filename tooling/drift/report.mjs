/** The changes as text: what changed of the cited sources, each once with the rules that cite it, then flags and defaults. */
export function reportOf({ rules, newFlags, goneFlags, defaults }, older, newer) {
  return [
    `vLLM ${older} -> ${newer}`,
    ...section(
      'Cited symbols that changed <- rules that cite them',
      byCited(rules, ({ symbols }) =>
        symbols.map(({ path, symbol, change }) => `${path} ${symbol} ${change}`),
      ),
    ),
    ...section(
      'Paths cited as a whole that changed <- rules that cite them',
      byCited(rules, ({ files }) => files),
    ),
    ...section(
      'Cited paths that neither release has <- rules that cite them',
      byCited(rules, ({ missing }) => missing),
    ),
    ...section('New flags', newFlags),
    ...section('Flags that are gone', goneFlags),
    ...section(
      'Changed defaults',
      defaults.map(({ field, before, after }) => `${field}: ${before} -> ${after}`),
    ),
  ].join('\n');
}

function byCited(rules, changesOf) {
  const citing = new Map();
  for (const one of rules) {
    for (const change of changesOf(one)) {
      citing.set(change, new Set([...(citing.get(change) ?? []), one.rule]));
    }
  }
  return [...citing]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([change, files]) => `${change} <- ${[...files].sort().join(', ')}`);
}

function section(title, lines) {
  return ['', `${title}: ${lines.length === 0 ? 'none' : lines.length}`, ...lines.map((line) => `  ${line}`)];
}
