import { ENGINE_NAMES, engineSettings, InputError, nearest } from '@kv/core';
import { Command } from 'commander';
import { ALIASES, type FlagNames, normalizeArguments } from './flags/arguments.js';
import { addExamples, HELP_LAYOUT } from './flags/help.js';
import {
  addDeviceOptions,
  addEnginesOption,
  addFormatOptions,
  addGeometryOptions,
  addUseOptions,
  addWorkloadOptions,
} from './flags/options.js';
import { VERSION } from './version.js';

/**
 * Runs one command line, without the program's own name.
 *
 * @throws InputError, MissingBrowserError or commander's own error; nothing is printed for them here.
 */
export async function run(args: readonly string[]): Promise<void> {
  const engines = enginesIn(args);
  const program = buildProgram(engines);
  const names = await flagNames(args, engines, program);
  try {
    await program.parseAsync(normalizeArguments(args, names), { from: 'user' });
  } catch (error) {
    throw await withGuess(error, engines, commandOf(args, program));
  }
}

/** Commander guesses among the flags that it shows; settings of engines and other spellings are guessed here. */
async function withGuess(error: unknown, engines: readonly string[], command: Command): Promise<unknown> {
  const [, flag = ''] =
    /^error: unknown option '(--[^']+)'$/.exec(error instanceof Error ? error.message : '') ?? [];
  if (flag === '') {
    return error;
  }
  const { modelledFlags } = await import('@kv/core/launch');
  const declared = command.options.flatMap(({ long }) => long ?? []);
  const spellings = (engines.length > 0 ? engines : ENGINE_NAMES).flatMap(modelledFlags);
  const guess = nearest(flag, [...new Set([...declared, ...Object.keys(ALIASES), ...spellings])]);
  if (guess === undefined) {
    return error;
  }
  return new InputError(
    declared.includes(guess)
      ? `unknown option '${flag}' (Did you mean ${guess}?) See "kv --help".`
      : `Unknown option "${flag}"; did you mean ${guess}? See "kv --help".`,
  );
}

function commandOf(args: readonly string[], program: Command): Command {
  return program.commands.find((known) => known.name() === args[0]) ?? program;
}

/** The engines that a command line names, as far as they are known; what is said of the others comes later. */
export function enginesIn(args: readonly string[]): readonly string[] {
  const flags = beforeDashes(args);
  const texts = flags.flatMap((argument, index) => {
    const [, value] = /^(?:--engines?=|-e)(.+)$/.exec(argument) ?? [];
    return value ?? (/^(--engines?|-e)$/.test(argument) ? (flags[index + 1] ?? []) : []);
  });
  const names = texts.flatMap((text) => text.split(',').map((name) => name.trim()));
  return [...new Set(names)].filter((name) => ENGINE_NAMES.includes(name));
}

/** The tables of engines' own flags are loaded only where a flag is not one of the command's. */
async function flagNames(
  args: readonly string[],
  engines: readonly string[],
  program: Command,
): Promise<FlagNames> {
  const known = new Set(commandOf(args, program).options.flatMap(({ short, long }) => [short, long]));
  const settings = new Set(ENGINE_NAMES.flatMap(engineSettings).map(({ flag }) => flag));
  const isOwn = (flag: string) => (known.has(flag) && !settings.has(flag)) || OF_ALL.has(flag);
  const areAllKnown = beforeDashes(args).every((argument) => {
    const [flag = ''] = argument.split('=');
    return !flag.startsWith('-') || known.has(flag);
  });
  const { engineFlag } = areAllKnown ? { engineFlag: () => undefined } : await import('@kv/core/launch');
  return { engines, isOwn, engineFlag };
}

/** What follows `--` is a launch command, with flags of its own. */
function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end === -1 ? args : args.slice(0, end);
}

/** Flags that every command has. */
const OF_ALL: ReadonlySet<string> = new Set(['-h', '--help', '-V', '--version']);

/**
 * The commands and their flags. What a command does is loaded when it runs.
 *
 * @param engines whose settings are shown.
 */
export function buildProgram(engines: readonly string[] = []): Command {
  const program: Command = new Command('kv');
  program
    .description('How much memory a KV cache takes.')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp(HELP_LAYOUT)
    .helpCommand(false)
    .showHelpAfterError(false)
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help; after a command, its flags and examples')
    .argument('[command]')
    .usage('<command> [options]')
    // What follows an unknown command are its flags, not those of kv.
    .allowUnknownOption()
    .allowExcessArguments()
    .action((command: string | undefined) => {
      if (command !== undefined) {
        throw unknownCommand(command, program);
      }
      program.outputHelp();
    });
  addExamples(program);
  const withWorkload = (command: Command) => addWorkloadOptions(command, engines);

  addFormatOptions(
    withWorkload(
      addGeometryOptions(subcommand(program, 'estimate [model]', 'what the cache of a model takes')),
    ),
  )
    .option('--explain', 'show the arithmetic behind each number')
    .action(async (model, options) => {
      const { estimateCommand } = await import('./commands/estimate.js');
      await estimateCommand(model, options);
    });

  addFormatOptions(
    addEnginesOption(
      withWorkload(
        addGeometryOptions(
          subcommand(program, 'compare [models...]', 'models or designs side by side, against the first'),
        ),
      ),
    ),
  )
    .option(
      '-o, --out <file>',
      'write a report, .pdf, .html or .md, or its numbers, .csv or .json, by extension; may be repeated',
      append,
    )
    .option('--browser <file>', 'the browser that draws .pdf (also KV_BROWSER)')
    .action(async (models, options) => {
      const { compareCommand } = await import('./commands/compare.js');
      await compareCommand(models, options);
    });

  addFormatOptions(subcommand(program, 'inspect <model>', 'what each layer of a model remembers')).action(
    async (model, options) => {
      const { inspectCommand } = await import('./commands/inspect.js');
      await inspectCommand(model, options);
    },
  );

  addFormatOptions(
    subcommand(program, 'models [search...]', 'the catalogue: published models, by words of their names'),
  ).action(async (words, options) => {
    const { modelsCommand } = await import('./commands/models.js');
    await modelsCommand(words, options);
  });

  addFormatOptions(
    addDeviceOptions(
      withWorkload(
        addGeometryOptions(
          subcommand(program, 'fit [model]', 'the largest context and the most sequences that fit into GPUs'),
        ),
      ),
    ),
  )
    .option('--explain', 'show the arithmetic of each part of the memory, and where it is from')
    .option('--command', 'print the command that starts it, and nothing else')
    .action(async (model, options) => {
      const { fitCommand } = await import('./commands/fit.js');
      await fitCommand(model, options);
    });

  addFormatOptions(
    addDeviceOptions(
      withWorkload(
        subcommand(
          program,
          'check <log>',
          "an engine's start-up log (a file, or -) beside what kv says; of a launch command, what it will log",
        ),
      ),
    ),
  ).action(async (log, options) => {
    const { checkCommand } = await import('./commands/check.js');
    await checkCommand(log, options);
  });

  addFormatOptions(subcommand(program, 'gpus [search...]', 'the GPUs that "kv fit" knows')).action(
    async (words, options) => {
      const { gpusCommand } = await import('./commands/gpus.js');
      await gpusCommand(words, options);
    },
  );

  addFormatOptions(
    addEnginesOption(
      addUseOptions(
        addGeometryOptions(
          subcommand(program, 'plot [models...]', 'memory against context length, as a table and in files'),
        ),
        engines,
      ),
    ),
  )
    .option(
      '-o, --out <file>',
      'write .html, .pdf, .png, .svg or .json, by extension; may be repeated',
      append,
    )
    .optionsGroup('Figure:')
    .option('--min-context <tokens>', 'the shortest context (default: 256)')
    .option('--max-context <tokens>', 'the longest context (default: 128k, or what the models allow)')
    .option('--title <text>', 'the title')
    .option('--linear-x', 'a linear context axis')
    .option('--log-y', 'a logarithmic memory axis')
    .option('--units <GB|GiB>', 'units of memory (default: GB)')
    .option('--theme <light|dark>', 'colours of the figure (default: light)')
    .option(
      '--plotly <inline|cdn>',
      'Plotly inside the HTML file, or fetched by it, which makes the file small (default: inline)',
    )
    .option('--browser <file>', 'the browser that draws .pdf, .png and .svg (also KV_BROWSER)')
    .action(async (models, options) => {
      const { plotCommand } = await import('./commands/plot.js');
      await plotCommand(models, options);
    });

  addEnginesOption(
    withWorkload(
      addGeometryOptions(
        subcommand(program, 'web [models...]', 'the page, served on this machine and opened in a browser'),
      ),
    ),
  )
    .optionsGroup('Server:')
    .option('--port <n>', 'the port to serve on (default: a free one)')
    .option('--no-open', 'only print the address')
    .action(async (models, options) => {
      const { webCommand } = await import('./commands/web.js');
      await webCommand(models, options);
    });

  subcommand(
    program,
    'completion <shell>',
    'makes a shell (bash, zsh, fish) complete commands, flags and names',
  ).action(async (shell) => {
    const { completionCommand } = await import('./commands/completion.js');
    completionCommand(shell);
  });

  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words) => {
      const { completeCommand } = await import('./commands/completion.js');
      await completeCommand(buildProgram(enginesIn(words)), words);
    });

  return program;
}

function subcommand(program: Command, nameAndArguments: string, description: string): Command {
  const command = program.command(nameAndArguments).description(description).allowExcessArguments(false);
  return addExamples(command.helpOption('-h, --help', 'show this help'));
}

function unknownCommand(typed: string, program: Command): InputError {
  const help = program.createHelp();
  const isFlag = typed.startsWith('-');
  const known = isFlag
    ? help.visibleOptions(program).flatMap(({ long }) => long ?? [])
    : help.visibleCommands(program).map((command) => command.name());
  const guess = nearest(typed, known);
  return new InputError(
    `Unknown ${isFlag ? 'option' : 'command'} "${typed}"; ${guess === undefined ? 'known are' : `did you mean ${guess}? Known:`} ${known.join(', ')}.`,
  );
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}
