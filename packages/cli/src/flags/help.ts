import { type Command, Help } from 'commander';
import kleur from 'kleur';
import { EXAMPLES } from './examples.js';

/** A list of choices that is longer is shown by its first and last one. */
const MAX_CHOICES_WIDTH = 24;

/** Narrower than this, what a flag does is told on the lines below it. */
const MIN_DESCRIPTION_WIDTH = 36;

/** Wider than this, a flag has a line of its own. */
const MAX_TERM_WIDTH = 34;

/** How the help of the program and of every command made after it looks. */
export const HELP_LAYOUT: Partial<Help> = {
  minWidthToWrap: MIN_DESCRIPTION_WIDTH,
  styleTitle: (title) => kleur.bold(title),
  styleOptionTerm: (term) => kleur.cyan(term),
  styleSubcommandTerm: (term) => kleur.cyan(term),
  optionTerm: ({ flags }) =>
    flags.replace(/<([^>]*\|[^>]*)>/, (_, choices: string) => `<${shortened(choices)}>`),
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map((argument) => argumentTerm(argument))].join(' '),
  formatItem: (term, termWidth, description, helper) => {
    const width = helper.helpWidth ?? 80;
    const column = Math.min(termWidth, MAX_TERM_WIDTH) + 4;
    const indent = width - column < MIN_DESCRIPTION_WIDTH ? 6 : column;
    const lines = helper.boxWrap(description, Math.max(width - indent, MIN_DESCRIPTION_WIDTH)).split('\n');
    const fits = indent === column && helper.displayWidth(term) <= column - 4;
    const start = `  ${term}`;
    const blanks = ' '.repeat(Math.max(0, indent - helper.displayWidth(start)));
    return fits
      ? [
          `${start}${blanks}${lines[0] ?? ''}`,
          ...lines.slice(1).map((line) => ' '.repeat(indent) + line),
        ].join('\n')
      : [start, ...lines.map((line) => ' '.repeat(indent) + line)].join('\n');
  },
};

/** Adds the examples of a command to its help, before its flags. */
export function addExamples(command: Command): Command {
  const lines = (EXAMPLES[command.name()] ?? []).map(
    ({ line, shows }) => `  ${line}\n      ${kleur.dim(shows)}`,
  );
  return command.configureHelp({
    ...HELP_LAYOUT,
    formatHelp: (shown, helper) => {
      const text = Help.prototype.formatHelp.call(helper, shown, helper);
      const [usage, description, ...rest] = text.split('\n\n');
      const examples = `${kleur.bold('Examples:')}\n${lines.join('\n')}`;
      return [usage, description, examples, ...rest].join('\n\n');
    },
  });
}

function argumentTerm(argument: {
  readonly required: boolean;
  readonly variadic: boolean;
  name(): string;
}): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** `a|b|c`, or `a|...|z` where there are many. */
function shortened(choices: string): string {
  const all = choices.split('|');
  return choices.length <= MAX_CHOICES_WIDTH ? choices : `${all[0]}|...|${all.at(-1)}`;
}
