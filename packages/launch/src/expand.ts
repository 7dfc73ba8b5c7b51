import { isSecretName, isSecretValue, type LaunchWord } from '@kv/core/launch';
import type { ParameterExpansionPart, Word, WordPart } from 'unbash';
import { unmarked } from './normalize.js';
import { lineAt, type ScriptState } from './script-state.js';

interface Piece {
  readonly text: string;
  readonly unknown: readonly string[];
  /** Not in quotes, so the shell splits it at blanks. */
  readonly isSplit?: boolean;
}

/**
 * The words that a word of a script becomes: variables that the script has set once are filled in, `${X:-5}` is its
 * default where nothing sets X, an array is its elements; all else stays as it is written, and is unknown.
 */
export function expanded(word: Word, state: ScriptState): readonly LaunchWord[] {
  const line = lineAt(state, word.pos);
  const array = arrayOf(word, state);
  if (array !== undefined) {
    return array;
  }
  const pieces = (
    word.parts ?? [{ type: 'Literal', value: word.value, text: word.text, pos: 0, end: 0 } as const]
  ).flatMap((part) => piecesOf(part, state, false));
  const [only] = pieces;
  if (pieces.length === 1 && only?.isSplit === true && only.unknown.length === 0) {
    return only.text
      .split(/\s+/)
      .filter((text) => text !== '')
      .map((text) => ({ text, line }));
  }
  const text = pieces.map((piece) => piece.text).join('');
  const unknown = pieces.flatMap((piece) => piece.unknown);
  return [{ text, line, ...(unknown.length === 0 ? {} : { unknown }) }];
}

/** The elements behind `"${ARGS[@]}"`, where the script has them. */
function arrayOf(word: Word, { arrays }: ScriptState): readonly LaunchWord[] | undefined {
  const name = /^"?\$\{(\w+)\[[@*]\]\}"?$/.exec(word.text)?.[1];
  return name === undefined ? undefined : arrays.get(name);
}

function piecesOf(part: WordPart, state: ScriptState, isQuoted: boolean): readonly Piece[] {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [literal(part.value, state)];
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.flatMap((inner) => piecesOf(inner, state, true));
    case 'SimpleExpansion':
      return [variable(part.text.slice(1), part.text, state, isQuoted)];
    case 'ParameterExpansion':
      return [parameter(part, state, isQuoted)];
    case 'CommandExpansion':
    case 'ArithmeticExpansion':
    case 'ProcessSubstitution':
      return [{ text: part.text, unknown: [part.text] }];
    default:
      return [literal(part.text, state)];
  }
}

function literal(text: string, { templates }: ScriptState): Piece {
  return unmarked(text, templates);
}

function variable(name: string, written: string, state: ScriptState, isQuoted: boolean): Piece {
  const values = state.variables.get(name);
  const [value] = values ?? [];
  if (value === undefined || values?.length !== 1 || value.unknown !== undefined) {
    return { text: written, unknown: [written] };
  }
  note(`${written} is ${value.text}, as the text sets it.`, name, value.text, state);
  return { text: value.text, unknown: [], isSplit: !isQuoted };
}

function parameter(part: ParameterExpansionPart, state: ScriptState, isQuoted: boolean): Piece {
  const { parameter: name, operation, text, prefix, index } = part;
  if (prefix !== undefined || index !== undefined) {
    return { text, unknown: [text] };
  }
  const values = state.variables.get(name);
  if (operation === undefined) {
    return variable(name, text, state, isQuoted);
  }
  // `${llama-server}` is a macro of llama-swap or Nix; variables of shells are rarely named so.
  if (operation.type === 'Default' && operation.operator === '-' && /^[a-z]+$/.test(name)) {
    return { text, unknown: [text] };
  }
  if (operation.type !== 'Default' || !/^:?[-=]$/.test(operation.operator)) {
    return { text, unknown: [text] };
  }
  if (values !== undefined) {
    return variable(name, text, state, isQuoted);
  }
  const words = expanded(operation.operand, state);
  const unknown = words.flatMap((word) => word.unknown ?? []);
  if (unknown.length > 0) {
    return { text, unknown: [text] };
  }
  const value = words.map((word) => word.text).join(' ');
  note(`${text} is read as its default, ${value === '' ? 'nothing' : value}.`, name, value, state);
  return { text: value, unknown: [], isSplit: !isQuoted };
}

function note(sentence: string, name: string, value: string, { notes }: ScriptState): void {
  if (!isSecretName(name) && !isSecretValue(value) && sentence.length < 300) {
    notes.add(sentence);
  }
}
