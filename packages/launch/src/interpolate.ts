import { isSecretName, isSecretValue, type LaunchWord } from '@kv/core/launch';

/** Variables of a word that no shell sees: compose's `${X:-5}`, Kubernetes' `$(X)`, Helm's `{{ .Values.x }}`. */
const EXPRESSION = /\$\$|\$\(([A-Za-z_][\w.-]*)\)|\$\{|\$([A-Za-z_]\w*)|\{\{[^{}\n]*\}\}/g;

/**
 * A word of a list in YAML: defaults and known variables are filled in, all else is unknown.
 *
 * @param env what `$(X)` is taken from.
 */
export function interpolated(
  text: string,
  env: Readonly<Record<string, LaunchWord>>,
  notes: Set<string>,
  line?: number,
): LaunchWord {
  const { value, unknown } = filled(text, env, notes, 0);
  return {
    text: value,
    ...(unknown.length === 0 ? {} : { unknown }),
    ...(line === undefined ? {} : { line }),
  };
}

function filled(
  text: string,
  env: Readonly<Record<string, LaunchWord>>,
  notes: Set<string>,
  depth: number,
): { value: string; unknown: readonly string[] } {
  let value = '';
  const unknown: string[] = [];
  let at = 0;
  const expressions = new RegExp(EXPRESSION);
  for (let match = expressions.exec(text); match !== null; match = expressions.exec(text)) {
    value += text.slice(at, match.index);
    const written = match[0] === '${' ? braced(text, match.index) : match[0];
    at = match.index + written.length;
    expressions.lastIndex = at;
    const part = written === '$$' ? { value: '$', unknown: [] } : one(written, match[1], env, notes, depth);
    value += part.value;
    unknown.push(...part.unknown);
  }
  return { value: value + text.slice(at), unknown };
}

/** `${...}` up to the brace that closes it. */
function braced(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') {
      depth += 1;
    } else if (text[at] === '}') {
      depth -= 1;
      if (depth === 0) {
        return text.slice(start, at + 1);
      }
    }
  }
  return text.slice(start);
}

function one(
  written: string,
  container: string | undefined,
  env: Readonly<Record<string, LaunchWord>>,
  notes: Set<string>,
  depth: number,
): { value: string; unknown: readonly string[] } {
  if (container !== undefined) {
    const known = Object.hasOwn(env, container) ? env[container] : undefined;
    return known === undefined || known.unknown !== undefined
      ? { value: written, unknown: [written] }
      : { value: known.text, unknown: [] };
  }
  const [, name = '', fallback] = /^\$\{(\w+):?-([\s\S]*)\}$/.exec(written) ?? [];
  if (fallback === undefined || depth > 20) {
    return { value: written, unknown: [written] };
  }
  const inner = filled(fallback, env, notes, depth + 1);
  if (inner.unknown.length > 0) {
    return { value: written, unknown: [written] };
  }
  if (!isSecretName(name) && !isSecretValue(inner.value) && written.length + inner.value.length < 300) {
    notes.add(`${written} is read as its default, ${inner.value === '' ? 'nothing' : inner.value}.`);
  }
  return inner;
}
