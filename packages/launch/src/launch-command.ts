import { InputError } from '@kv/core';
import type { LaunchCommand, LaunchWord } from '@kv/core/launch';
import { dockerfileEngines, isDockerfile, isModelfile, modelfileCommand } from './modelfile.js';
import { unfenced } from './normalize.js';
import { shellCommands } from './shell.js';
import { isUnit, unitEngines } from './systemd.js';
import { enginesIn, type FoundEngine } from './unwrap.js';
import { isYaml, yamlEngines } from './yaml-text.js';

/** What a terminal's colours are written as. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Longer texts are no one's launch command. */
const LONGEST = 256 * 1024;

/**
 * The command that starts an engine, out of a shell's line or script, a `docker run`, a compose file, a Kubernetes
 * manifest, a systemd unit, a Dockerfile or an Ollama Modelfile, or a piece of one. Nothing of it is run: what a variable,
 * a template or another command would say stays as it is written, and is marked as unknown.
 *
 * @throws InputError where no engine is started, or more than one; for a quote that is not closed and YAML that cannot be
 *   read, with the place.
 */
export function launchCommand(text: string): LaunchCommand {
  if (text.length > LONGEST) {
    throw new InputError(
      `The text has ${text.length} characters, too many for a launch command; give the command alone.`,
    );
  }
  if (isBinary(text)) {
    throw new InputError('The text is binary, not a launch command.');
  }
  const plain = text.replace(/\r\n?/g, '\n').replace(COLOUR, '');
  if (isModelfile(plain)) {
    return modelfileCommand(plain);
  }
  return only(enginesOf(plain));
}

/** The command of words that a shell has split already. */
export function launchCommandOf(words: readonly string[]): LaunchCommand {
  const [single] = words;
  return words.length === 1 && single !== undefined
    ? launchCommand(single)
    : only(enginesIn({ words: words.map((text) => ({ text })), env: {}, notes: [] }));
}

/** Whether a text is more likely a command, or a file that holds one, than the name of a model. */
export function isLaunchText(text: string): boolean {
  return (
    /\s/.test(text.trim()) &&
    (/\b(vllm|sglang)\s+serve\b|\b(vllm\.entrypoints|sglang\.launch_server)|\bllama-(server|cli|bench)\b|\bollama\b|\bdocker\s+run\b/.test(
      text,
    ) ||
      isUnit(text) ||
      isModelfile(text) ||
      isDockerfile(text) ||
      isYaml(text) ||
      /^\s*\[\s*["']/.test(text))
  );
}

/** Whether a text has characters that no text has; tabs, line ends and colours may be. */
function isBinary(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 9 || (code > 13 && code < 32 && code !== 27)) {
      return true;
    }
  }
  return false;
}

function enginesOf(text: string): readonly FoundEngine[] {
  if (isUnit(text)) {
    return unitEngines(text);
  }
  if (isDockerfile(text)) {
    return dockerfileEngines(text);
  }
  if (isYaml(unfenced(text))) {
    const found = yamlEngines(text);
    if (found.length > 0) {
      return found;
    }
  }
  const found = scriptEngines(text);
  return found.length > 0 ? found : listEngines(text);
}

/** Lists of words in quotes, as in JSON and in other languages' calls: `["vllm", "serve", "org/m"]`. */
function listEngines(text: string): readonly FoundEngine[] {
  return [...text.matchAll(/\[\s*["'][^[\]]{0,20000}\]/g)].flatMap(([list]) => {
    const words = [...list.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g)].map(([, double, single]) => ({
      text: double?.replace(/\\(["\\/])/g, '$1') ?? single ?? '',
    }));
    return enginesIn({ words, env: {}, notes: [] });
  });
}

/** The engines of a script; an Ollama server without a command has only its environment. */
function scriptEngines(text: string): readonly FoundEngine[] {
  const commands = shellCommands(text);
  const found = commands.flatMap((command) => enginesIn(command));
  if (found.length > 0) {
    return found;
  }
  const [last] = shellCommands(`${text}\ntrue`).slice(-1);
  const env = last?.env ?? {};
  return Object.keys(env).some((name) => name.startsWith('OLLAMA_'))
    ? [{ program: 'ollama', argv: [{ text: 'serve' }], env, notes: last?.notes ?? [] }]
    : [];
}

function only(engines: readonly FoundEngine[]): LaunchCommand {
  const found = engines.every(({ program }) => program === 'ollama')
    ? ollamaTogether(engines)
    : nodesTogether(engines);
  const [first, second] = found;
  if (first === undefined) {
    throw new InputError(
      'No engine is started here; give a command of vllm serve, sglang serve, llama-server, llama-cli, llama-bench or ollama.',
    );
  }
  if (second !== undefined) {
    throw new InputError(
      `This starts ${found.length} engines, ${placed(first)} and ${placed(second)}; give the command of one.`,
    );
  }
  const { program, argv, env, image, notes } = first;
  return {
    program,
    argv,
    env,
    ...(image === undefined ? {} : { image }),
    ...(notes.length === 0 ? {} : { notes: [...new Set(notes)] }),
  };
}

/** `ollama serve & ollama pull x; ollama run x`: one server and its model. */
function ollamaTogether(engines: readonly FoundEngine[]): readonly FoundEngine[] {
  const [first] = engines;
  if (first === undefined || engines.length === 1) {
    return engines;
  }
  const named = engines.filter(({ argv }) => ['run', 'pull'].includes(argv[0]?.text ?? ''));
  const models = new Set(
    named.map(({ argv }) => argv.find((word, index) => index > 0 && !word.text.startsWith('-'))?.text),
  );
  if (models.size > 1) {
    return named;
  }
  const env: Readonly<Record<string, LaunchWord>> = Object.assign({}, ...engines.map((engine) => engine.env));
  return [{ ...first, argv: (named.at(-1) ?? first).argv, env }];
}

/** One engine on several nodes: commands that only differ in the node's number. */
function nodesTogether(engines: readonly FoundEngine[]): readonly FoundEngine[] {
  const [first] = engines;
  const alike = new Set(engines.map(({ program, argv }) => `${program} ${withoutRank(argv)}`));
  return first === undefined || engines.length === 1 || alike.size > 1
    ? engines
    : [{ ...first, notes: [...first.notes, `The text starts it on ${engines.length} nodes.`] }];
}

function withoutRank(argv: readonly LaunchWord[]): string {
  return argv
    .filter(
      ({ text }, index) =>
        !/^--node[-_]rank(=|$)/.test(text) && !/^--node[-_]rank$/.test(argv[index - 1]?.text ?? ''),
    )
    .map(({ text }) => text)
    .join('\n');
}

function placed({ program, line }: FoundEngine): string {
  return line === undefined ? program : `${program} on line ${line}`;
}
