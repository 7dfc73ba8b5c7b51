import { InputError, nearest } from '@kv/core';
import { Command } from 'commander';
import { nearestAlias, normalizeArguments } from './flags/arguments.js';
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
  try {
    await buildProgram().parseAsync(normalizeArguments(args), { from: 'user' });
  } catch (error) {
    throw withAliasGuess(error);
  }
}

/** Commander guesses among the flags that it knows; those of vLLM and llama.cpp are read before it sees them. */
function withAliasGuess(error: unknown): unknown {
  const [, flag = ''] =
    /^error: unknown option '(--[^']+)'$/.exec(error instanceof Error ? error.message : '') ?? [];
  const guess = flag === '' ? undefined : nearestAlias(flag);
  return guess === undefined
    ? error
    : new InputError(`Unknown option "${flag}"; did you mean ${guess}? See "kv --help".`);
}

/** The commands and their flags. What a command does is loaded when it runs. */
export function buildProgram(): Command {
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

  addFormatOptions(
    addWorkloadOptions(
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
      addWorkloadOptions(
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
      addWorkloadOptions(
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
      addWorkloadOptions(
        subcommand(
          program,
          'check <log>',
          "an engine's start-up log (a file, or -) beside what kv says; of a launch command, what it will log",
        ),
      ),
    ),
  )
    .option('--model <model>', 'the model, where the log does not name it')
    .action(async (log, options) => {
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
    addWorkloadOptions(
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
      await completeCommand(program, words);
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
