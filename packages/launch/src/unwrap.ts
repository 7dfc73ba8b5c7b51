import type { LaunchWord } from '@kv/core/launch';
import { containerRun } from './docker.js';
import { entrypointOf } from './image.js';
import { type EngineCall, engineCall, programName } from './program.js';
import { shellCommands } from './shell.js';
import type { SimpleCommand } from './simple-command.js';

/** An engine that a text starts, with what it is started in. */
export interface FoundEngine extends EngineCall {
  readonly env: Readonly<Record<string, LaunchWord>>;
  readonly image?: string;
  readonly notes: readonly string[];
  readonly line?: number;
}

/** Options of a wrapper that take the next word; all others that begin with a hyphen stand alone. */
const WRAPPERS: Readonly<Record<string, { readonly valued: RegExp; readonly operands?: number }>> = {
  env: { valued: /^(-u|--unset|-C|--chdir|-S)$/ },
  exec: { valued: /^-a$/ },
  nohup: { valued: /^$/ },
  setsid: { valued: /^$/ },
  command: { valued: /^$/ },
  time: { valued: /^(-f|-o)$/ },
  nice: { valued: /^(-n|--adjustment)$/ },
  ionice: { valued: /^-[cnp]$/ },
  chrt: { valued: /^$/, operands: 1 },
  sudo: { valued: /^(-[ugUhpCTrtD]|--user|--group)$/ },
  doas: { valued: /^-[uC]$/ },
  stdbuf: { valued: /^-[ioe]$/ },
  timeout: { valued: /^(-[ks]|--signal|--kill-after)$/, operands: 1 },
  taskset: { valued: /^$/, operands: 1 },
  numactl: { valued: /^-[NmiCpPlb]$/ },
  unbuffer: { valued: /^$/ },
  catchsegv: { valued: /^$/ },
  srun: { valued: /^-[AcJnNptwgG]$/ },
  mpirun: { valued: /^(-np|-n|-H|-x|--host|--hostfile)$/ },
  nsys: { valued: /^(-[octfswy]|--[a-z-]+)$/, operands: 1 },
  torchrun: { valued: /^$/ },
  xargs: { valued: /^-[nPIL]$/ },
};

/** `uv run --with vllm vllm serve ...` and its like: the tool, its subcommand, options that take a word. */
const RUNNERS: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    'uv',
    ['run'],
    /^(--with(-editable|-requirements)?|--python|-p|--extra|--group|--project|--directory|--env-file|--index|--index-url|--extra-index-url|-m|--module|--torch-backend|--prerelease)$/,
  ],
  ['uvx', [], /^(--from|--with|--python|-p|--index|--extra-index-url|--torch-backend)$/],
  ['conda', ['run'], /^(-n|--name|-p|--prefix|--cwd)$/],
  ['mamba', ['run'], /^(-n|--name|-p|--prefix)$/],
  ['micromamba', ['run'], /^(-n|--name|-p|--prefix)$/],
  ['poetry', ['run'], /^$/],
  ['pipenv', ['run'], /^$/],
  ['pdm', ['run'], /^$/],
  ['pixi', ['run'], /^(-e|--environment|--manifest-path)$/],
];

const SHELLS = new Set(['sh', 'bash', 'zsh', 'dash', 'ash', 'ksh']);

/** Programs whose words name an engine without starting it. */
const TALKERS = new Set(
  'echo printf pip pip3 uv apt apt-get brew grep rg pkill killall which whereis man cat ls cd git wget curl make cmake alias source npm type test ['.split(
    ' ',
  ),
);

const DEEPEST = 12;

/** The engines that a command starts: itself, or within what wraps it. */
export function enginesIn(command: SimpleCommand, depth = 0): readonly FoundEngine[] {
  const { words, env, notes, image } = command;
  const [first, ...rest] = words;
  if (first === undefined || depth > DEEPEST) {
    return [];
  }
  const call = engineCall(words);
  if (call !== undefined) {
    const line = first.line;
    return [
      {
        ...call,
        env,
        notes,
        ...(image === undefined ? {} : { image }),
        ...(line === undefined ? {} : { line }),
      },
    ];
  }
  const equals = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(first.text);
  if (equals !== null) {
    const value = { ...first, text: equals[2] ?? '' };
    return enginesIn({ ...command, words: rest, env: { ...env, [equals[1] ?? '']: value } }, depth + 1);
  }
  const name = programName(first.text);
  const within = (inner: readonly LaunchWord[]) => enginesIn({ ...command, words: inner }, depth + 1);
  if (SHELLS.has(name)) {
    return shellScript(command, rest, depth);
  }
  if (['docker', 'podman', 'nerdctl', 'docker.exe'].includes(name)) {
    return containerEngines(command, rest, depth);
  }
  const runner = RUNNERS.find(
    ([tool, subcommands]) =>
      tool === name && (subcommands.length === 0 || subcommands.includes(rest[0]?.text ?? '')),
  );
  if (runner !== undefined) {
    const [, subcommands, valued] = runner;
    const options = rest.slice(subcommands.length === 0 ? 0 : 1);
    if (options[0] !== undefined && /^(-m|--module)$/.test(options[0].text)) {
      return within([{ text: 'python' }, ...options]);
    }
    return within(afterOptions(options, valued, 0));
  }
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper !== undefined) {
    return within(afterOptions(rest, wrapper.valued, wrapper.operands ?? 0));
  }
  if (TALKERS.has(name)) {
    return [];
  }
  const separator = rest.findIndex(({ text }) => text === '--');
  return separator === -1 ? [] : within(rest.slice(separator + 1));
}

/** The words after a wrapper's own options and operands. */
function afterOptions(words: readonly LaunchWord[], valued: RegExp, operands: number): readonly LaunchWord[] {
  let at = 0;
  while (at < words.length) {
    const text = words[at]?.text ?? '';
    if (text === '--') {
      return words.slice(at + 1 + operands);
    }
    if (!text.startsWith('-') || text === '-') {
      break;
    }
    at += valued.test(text) ? 2 : 1;
  }
  return words.slice(at + operands);
}

/** `sh -c '...'`: a script of its own. */
function shellScript(
  { env, notes, image }: SimpleCommand,
  words: readonly LaunchWord[],
  depth: number,
): readonly FoundEngine[] {
  const at = words.findIndex(({ text }) => /^-[a-z]*c[a-z]*$/.test(text));
  const script = at === -1 ? undefined : words[at + 1];
  if (script === undefined) {
    return [];
  }
  return shellCommands(script.text, env, (script.line ?? 1) - 1).flatMap((inner) =>
    enginesIn(
      { ...inner, notes: [...notes, ...inner.notes], ...(image === undefined ? {} : { image }) },
      depth + 1,
    ),
  );
}

/** `docker run IMAGE ...`: the image's own program, unless it is given another or its arguments name one. */
function containerEngines(
  command: SimpleCommand,
  words: readonly LaunchWord[],
  depth: number,
): readonly FoundEngine[] {
  const at = words.findIndex(({ text }) => text === 'run' || text === 'create' || text === 'exec');
  const run = at === -1 ? undefined : containerRun(words.slice(at + 1));
  if (run === undefined) {
    return [];
  }
  const { image, env, entrypoint, argv } = run;
  return containerCommand(
    image,
    entrypoint === undefined ? [] : [entrypoint],
    argv,
    { ...env },
    command.notes,
    depth,
  );
}

/**
 * The engine of a container.
 *
 * @param entrypoint what replaces the image's; empty where nothing does.
 */
export function containerCommand(
  image: string,
  entrypoint: readonly LaunchWord[],
  argv: readonly LaunchWord[],
  env: Readonly<Record<string, LaunchWord>>,
  notes: readonly string[],
  depth = 0,
): readonly FoundEngine[] {
  const own = (words: readonly LaunchWord[]) => enginesIn({ words, env, notes, image }, depth + 1);
  if (entrypoint.length > 0) {
    return own([...entrypoint, ...argv]);
  }
  const named = own(argv);
  const standard = entrypointOf(image);
  if (named.length > 0 || standard.length === 0) {
    return named;
  }
  const isOllama = standard[0]?.text === 'ollama';
  if (isOllama) {
    return own([...standard, ...(argv.length === 0 ? [{ text: 'serve' }] : argv)]);
  }
  return own([
    ...standard,
    ...(argv[0]?.text === 'serve' || argv[0]?.text === '--server' ? argv.slice(1) : argv),
  ]);
}
