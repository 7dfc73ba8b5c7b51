import { InputError, nearest } from '@kv/core';
import { Command } from 'commander';
import { normalizeArguments } from './arguments.js';
import {
  addDeviceOptions,
  addEnginesOption,
  addFormatOptions,
  addGeometryOptions,
  addUseOptions,
  addWorkloadOptions,
} from './options.js';

/**
 * Runs one command line, without the program's own name.
 *
 * @throws InputError, MissingBrowserError or commander's own error; nothing is printed for them here.
 */
export async function run(args: readonly string[]): Promise<void> {
  await buildProgram().parseAsync(normalizeArguments(args), { from: 'user' });
}

/** The commands and their flags. What a command does is loaded when it runs. */
export function buildProgram(): Command {
  const program: Command = new Command('kv');
  program
    .description('How much memory a KV cache takes.')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .helpCommand(false)
    .showHelpAfterError(false)
    .argument('[command]')
    .usage('<command> [options]')
    .action((command: string | undefined) => {
      if (command !== undefined) {
        throw unknownCommand(
          command,
          program.commands.map((known) => known.name()),
        );
      }
      program.outputHelp();
    })
    .addHelpText('after', EXAMPLES);

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
  ).action(async (models, options) => {
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
  ).action(async (model, options) => {
    const { fitCommand } = await import('./commands/fit.js');
    await fitCommand(model, options);
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
    .option('--units <unit>', 'GB or GiB (default: GB)')
    .option('--theme <theme>', 'light or dark (default: light)')
    .option(
      '--plotly <source>',
      'inline, or cdn for a small HTML file that needs the network (default: inline)',
    )
    .option('--browser <file>', 'the browser that draws .pdf, .png and .svg (also KV_BROWSER)')
    .action(async (models, options) => {
      const { plotCommand } = await import('./commands/plot.js');
      await plotCommand(models, options);
    });

  return program;
}

function subcommand(program: Command, nameAndArguments: string, description: string): Command {
  return program.command(nameAndArguments).description(description).allowExcessArguments(false);
}

function unknownCommand(command: string, known: readonly string[]): InputError {
  const guess = nearest(command, known);
  return new InputError(
    `Unknown command "${command}"${guess === undefined ? '' : `; did you mean ${guess}?`} Known: ${known.join(', ')}.`,
  );
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

const EXAMPLES = `
Examples:
  kv plot                                      MHA against GQA, as a table and an HTML page
  kv models gemma                              published models of that name
  kv estimate Llama-3.1-8B -c 128k             what one of them takes
  kv inspect path/to/config.json               what each layer of any other remembers
  kv estimate hf:org/name                      what a model on the Hugging Face hub takes
  kv compare --emb-dim 4096 --n-heads 32 --n-layers 32 --n-kv-groups 4 --latent-dim 576
  kv fit path/to/config.json --gpu h100        what fits into one GPU, or into several (--gpus 4)
`;
