import { InputError } from './errors.js';

/** A value as Python prints it. */
export type PythonValue =
  | string
  | number
  | boolean
  | null
  | readonly PythonValue[]
  | { readonly [key: string]: PythonValue };

/** Deeper nesting is no engine's. */
const MAX_DEPTH = 40;

/**
 * The value that Python's `repr` of plain data says: strings, numbers, `True`, `False`, `None`, lists, tuples, sets and
 * dictionaries. A call, `ServerArgs(tp_size=1)`, is its keyword arguments. What is no plain data, `<Level.INFO: 20>` or a
 * name, is its text. What is cut off at the end is read as far as it goes.
 *
 * @throws InputError for nesting deeper than 40.
 */
export function parsePython(text: string): PythonValue {
  let at = 0;

  const skipBlanks = () => {
    while (/\s/.test(text[at] ?? '')) {
      at += 1;
    }
  };

  const string = (): string => {
    const quote = text[at];
    at += 1;
    let value = '';
    while (at < text.length && text[at] !== quote) {
      if (text[at] === '\\') {
        at += 1;
        value += { n: '\n', t: '\t', r: '\r' }[text[at] ?? ''] ?? text[at] ?? '';
      } else {
        value += text[at];
      }
      at += 1;
    }
    at += 1;
    return value;
  };

  const items = (close: string, depth: number): readonly (readonly [string | undefined, PythonValue])[] => {
    const found: (readonly [string | undefined, PythonValue])[] = [];
    for (;;) {
      skipBlanks();
      if (at >= text.length || text[at] === close) {
        at += 1;
        return found;
      }
      const start = at;
      const first = value(depth);
      skipBlanks();
      if (text[at] === ':' || (text[at] === '=' && typeof first === 'string')) {
        at += 1;
        found.push([String(first), value(depth)]);
      } else {
        found.push([undefined, first]);
      }
      skipBlanks();
      if (text[at] === ',' || at === start) {
        at += 1;
      }
    }
  };

  const collection = (close: string, depth: number): PythonValue => {
    at += 1;
    const found = items(close, depth + 1);
    return found.length > 0 && found.every(([key]) => key !== undefined)
      ? Object.fromEntries(found.map(([key, item]) => [key ?? '', item]))
      : close === '}' && found.length === 0
        ? {}
        : found.map(([, item]) => item);
  };

  const angled = (): string => {
    const end = text.indexOf('>', at);
    const start = at;
    at = end === -1 ? text.length : end + 1;
    return text.slice(start, at);
  };

  const word = (depth: number): PythonValue => {
    const [found = ''] = /^[^\s,:=()[\]{}'"<>]*/.exec(text.slice(at, at + 400)) ?? [];
    at += found.length;
    if (text[at] === '(' && found !== '') {
      return collection(')', depth);
    }
    if ((text[at] === "'" || text[at] === '"') && /^[rbuf]{1,2}$/i.test(found)) {
      return string();
    }
    if (found === 'True' || found === 'False') {
      return found === 'True';
    }
    if (found === 'None') {
      return null;
    }
    return found !== '' && !Number.isNaN(Number(found)) ? Number(found) : found;
  };

  const value = (depth: number): PythonValue => {
    if (depth > MAX_DEPTH) {
      throw new InputError(`Arguments are nested more than ${MAX_DEPTH} deep.`);
    }
    skipBlanks();
    switch (text[at]) {
      case "'":
      case '"':
        return string();
      case '[':
        return collection(']', depth);
      case '(':
        return collection(')', depth);
      case '{':
        return collection('}', depth);
      case '<':
        return angled();
      default:
        return word(depth);
    }
  };

  return value(0);
}
