import { ENGINE_NAMES } from '@kv/core';
import { type Command, Option } from 'commander';
import { addEngineSettings } from './engine-options.js';

/** How the answer is printed; a table for people where none is set. */
export interface FormatOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly markdown?: true;
}

export function addGeometryOptions(command: Command): Command {
  return command
    .optionsGroup('Geometry by hand, instead of a model:')
    .option('--emb-dim <n>', 'embedding size (hidden_size)')
    .option('--n-heads <n>', 'attention heads in a layer')
    .option('--n-layers <n>', 'layers')
    .option('--head-dim <n>', 'elements in a head (default: emb_dim / n_heads)')
    .option('--n-kv-groups <n,...>', 'query heads that share one KV head (default: 1, which is MHA)')
    .option('--latent-dim <n>', 'MLA: elements of the latent that each token is kept as')
    .option('--kv-lora-rank <n>', 'MLA: the same, with a rotary key beside it')
    .option('--qk-rope-head-dim <n>', 'MLA: elements of that rotary key')
    .option('--sliding-window-size <n>', 'sliding layers keep this many tokens')
    .option('--swa-ratio <a:b>', 'a sliding layers for every b full ones (default: 1:0, all slide)')
    .option('--recurrent-ratio <a:b>', 'a recurrent layers for every b full ones');
}

export function addWorkloadOptions(command: Command, engines: readonly string[]): Command {
  const ctxSize = new Option(
    '--ctx-size <tokens>',
    'tokens of all sequences together, instead of --context; 0 is what the model allows',
  ).helpGroup('Settings of llama.cpp:');
  return addUseOptions(
    command
      .addOption(engines.includes('llama.cpp') ? ctxSize : ctxSize.hideHelp())
      .optionsGroup('Workload:')
      .option('--model <model>', 'the model, where a launch command or a log does not name it')
      .option(
        '-c, --context <tokens>',
        'tokens in each sequence, such as 4096 or 128k (default: 32k, or what the model allows)',
      ),
    engines,
  );
}

/** Several engines side by side. */
export function addEnginesOption(command: Command): Command {
  return command
    .optionsGroup('Engine and devices:')
    .option('--engines <engine,...>', 'several engines, each model on each of them');
}

/** The workload without the context length, which a sweep varies. */
export function addUseOptions(command: Command, engines: readonly string[]): Command {
  return addEngineSettings(
    command
      .optionsGroup('Workload:')
      .option('-n, --sequences <n>', 'sequences at a time (default: 1)')
      .option('--kv-dtype <dtype>', 'what keys and values are stored in (default: auto, what the model says)')
      .option('--key-dtype <dtype>', 'the same for keys alone')
      .option('--value-dtype <dtype>', 'the same for values alone')
      .optionsGroup('Engine and devices:')
      .option(
        '-e, --engine <engine>',
        `whose allocation rules to follow: ${ENGINE_NAMES.join(', ')} (default: ideal); its own flags are understood with it, and --help lists its settings`,
      )
      .option('--tp <n>', 'tensor-parallel devices')
      .option('--pp <n>', 'pipeline-parallel stages')
      .option('--dp <n>', 'data-parallel replicas')
      .option('--cp <n>', 'context-parallel devices'),
    engines,
  );
}

/** What a model is to be fitted into, and how large its weights are. */
export function addDeviceOptions(command: Command): Command {
  return command
    .optionsGroup('Memory:')
    .option(
      '--gpu <gpu>',
      'a GPU that is known, such as h100, or several, such as 4xh100 ("kv gpus" lists them)',
    )
    .option('--gpus <n>', 'how many of them (default: what --tp, --pp, --dp and --cp take, or 1)')
    .option('--memory <size>', 'memory of one GPU, such as 80GB or 24GiB, instead of the known one')
    .option('--weights <size>', 'size of all weights, such as 16GB (default: what the model says)')
    .option('--weight-dtype <dtype>', 'another dtype for them, such as fp8, int4 or q4_0')
    .option(
      '--overhead <size>',
      'memory of one GPU for all but weights and cache (default: what the engine takes)',
    );
}

export function addFormatOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--json', 'print JSON with exact bytes')
    .option('--csv', 'print CSV with exact bytes')
    .option('--markdown', 'print a Markdown table');
}
