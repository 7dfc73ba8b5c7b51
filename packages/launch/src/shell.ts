import { InputError } from '@kv/core';
import type { LaunchWord } from '@kv/core/launch';
import { type Assignment, type Command, forEachChild, parse, type SyntaxNode } from 'unbash';
import { expanded } from './expand.js';
import { normalized } from './normalize.js';
import { lineAt, newState, type ScriptState } from './script-state.js';
import type { SimpleCommand } from './simple-command.js';

/** Nodes whose commands may run or not, so that what they set is not certain. */
const BRANCHES = new Set(['If', 'For', 'ArithmeticFor', 'While', 'Case', 'Select', 'Function']);

/** Deeper scripts are no one's launch command. */
const DEEPEST = 60;

/**
 * The commands of a script, in their order, with what they are told by its variables. Nothing of it is run.
 *
 * @param env variables of the surroundings.
 * @param lineOffset lines before the script in the text that it stands in.
 * @throws InputError for a quote or bracket that is not closed, with its place.
 */
export function shellCommands(
  script: string,
  env: Readonly<Record<string, LaunchWord>> = {},
  lineOffset = 0,
): readonly SimpleCommand[] {
  const { text, templates } = normalized(script);
  const state = newState(text, templates, lineOffset);
  for (const [name, word] of Object.entries(env)) {
    state.exported.set(name, word);
    state.variables.set(name, [word]);
  }
  const parsed = parse(text);
  const open = parsed.errors?.find(({ message }) => /unterminated|unclosed/i.test(message));
  if (open !== undefined) {
    const before = text.lastIndexOf('\n', open.pos - 1);
    throw new InputError(
      `The command has a quote or bracket that is not closed, on line ${lineAt(state, open.pos)}, column ${open.pos - before}.`,
    );
  }
  const found: SimpleCommand[] = [];
  visit(parsed, 0, false, state, found);
  return found;
}

function visit(
  node: SyntaxNode,
  depth: number,
  isBranch: boolean,
  state: ScriptState,
  found: SimpleCommand[],
): void {
  if (depth > DEEPEST) {
    return;
  }
  if (node.type === 'Command') {
    take(node, isBranch, state, found);
    return;
  }
  if (node.type === 'Word') {
    return;
  }
  const inBranch = isBranch || BRANCHES.has(node.type);
  forEachChild(node, (child) => visit(child, depth + 1, inBranch, state, found));
}

function take(command: Command, isBranch: boolean, state: ScriptState, found: SimpleCommand[]): void {
  const assignments = command.prefix.filter((part): part is Assignment => part.type === 'Assignment');
  if (command.name === undefined) {
    for (const assignment of assignments) {
      assign(assignment, false, isBranch, state);
    }
    return;
  }
  const name = command.name.value;
  if (['export', 'declare', 'local', 'readonly', 'typeset'].includes(name)) {
    for (const part of command.args) {
      if (part.type === 'Assignment') {
        assign(part, name === 'export', isBranch, state);
      } else if (name === 'export') {
        const [value] = state.variables.get(part.value) ?? [];
        if (value !== undefined) {
          state.exported.set(part.value, value);
        }
      }
    }
    return;
  }
  const env: Record<string, LaunchWord> = Object.fromEntries(state.exported);
  for (const { name: variable, value } of assignments) {
    if (value.type === 'Word') {
      env[variable] = joined(expanded(value, state));
    }
  }
  const words = [command.name, ...command.args].flatMap((part) =>
    part.type === 'Word' ? expanded(part, state) : assignmentWord(part, state),
  );
  found.push({ words, env, notes: [...state.notes] });
}

/** `env A=b`: what looks like an assignment after the command's name. */
function assignmentWord({ text, name, value, pos }: Assignment, state: ScriptState): readonly LaunchWord[] {
  const line = lineAt(state, pos);
  if (value.type !== 'Word') {
    return [{ text, line }];
  }
  const { text: plain, unknown } = joined(expanded(value, state));
  return [{ text: `${name}=${plain}`, line, ...(unknown === undefined ? {} : { unknown }) }];
}

function assign(
  { name, value, append }: Assignment,
  isExported: boolean,
  isBranch: boolean,
  state: ScriptState,
): void {
  if (value.type !== 'Word') {
    const elements = value.elements.flatMap((element) => expanded(element, state));
    const before = append === true ? (state.arrays.get(name) ?? []) : [];
    const written = `\${${name}[@]}`;
    state.arrays.set(name, [...before, ...(isBranch ? [{ text: written, unknown: [written] }] : elements)]);
    return;
  }
  const word = joined(expanded(value, state));
  const before = state.variables.get(name) ?? [];
  const same = before.filter((one) => one.text !== word.text);
  state.variables.set(
    name,
    isBranch || append === true ? [...same, word, ...(append === true ? [word] : [])] : [word],
  );
  if (isExported || state.exported.has(name)) {
    state.exported.set(name, word);
  }
}

function joined(words: readonly LaunchWord[]): LaunchWord {
  const unknown = words.flatMap((word) => word.unknown ?? []);
  const [first] = words;
  return {
    text: words.map(({ text }) => text).join(' '),
    ...(first?.line === undefined ? {} : { line: first.line }),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}
