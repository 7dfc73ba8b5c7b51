import { InputError } from '@kv/core';
import { type LaunchWord, programWithFlags } from '@kv/core/launch';
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { entrypointOf } from './image.js';
import { interpolated } from './interpolate.js';
import { unfenced, unmarked, withMarks } from './normalize.js';
import { shellCommands } from './shell.js';
import { containerCommand, enginesIn, type FoundEngine } from './unwrap.js';
import { entriesOf, nodesOf, resolved, scalarsOf } from './yaml-nodes.js';

const ENGINE_TEXT =
  /\b(vllm|sglang)\s+serve\b|-m\s+(vllm\.entrypoints|sglang\.launch)|\bllama-(server|cli|bench)\b/;

interface Source {
  readonly templates: readonly string[];
  readonly lines: LineCounter;
}

/** Whether a text is YAML that may hold a container's command. */
export function isYaml(text: string): boolean {
  return (
    /^[ \t]*(?:-[ \t]+)?["']?(?:image|command|args|cmd|entrypoint|services|containers|spec)["']?[ \t]*:(?:[ \t]|$)/m.test(
      text,
    ) || /^(?:\s*#[^\n]*\n)*\s*-[ \t]+["']?--?[A-Za-z]/.test(text)
  );
}

/**
 * The engines that the containers of compose files, Kubernetes manifests and fragments of them start.
 *
 * @throws InputError for text that is no YAML, with its place.
 */
export function yamlEngines(text: string): readonly FoundEngine[] {
  const { text: marked, templates } = withMarks(
    unfenced(text).replace(/^[ \t]*\{\{-?[^{}\n]*\}\}[ \t]*$/gm, ''),
  );
  const lines = new LineCounter();
  const documents = parseAllDocuments(dedented(marked), {
    lineCounter: lines,
    uniqueKeys: false,
    logLevel: 'silent',
    merge: true,
  });
  if (!Array.isArray(documents)) {
    return [];
  }
  const found: FoundEngine[] = [];
  for (const document of documents as Document[]) {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      throw new InputError(
        `The YAML cannot be read: line ${line}, column ${col} (${error.code.toLowerCase().replaceAll('_', ' ')}).`,
      );
    }
    found.push(...documentEngines(document, { templates, lines }));
  }
  return found;
}

/** Fragments are cut out of files: their first line may stand further in than the rest. */
function dedented(text: string): string {
  const indents = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*#/.test(line))
    .map((line) => line.length - line.trimStart().length);
  const least = indents.reduce((smallest, indent) => Math.min(smallest, indent), indents[0] ?? 0);
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/^\t+/, (tabs) => '  '.repeat(tabs.length))
        .slice(Math.min(least, line.length - line.trimStart().length)),
    )
    .join('\n');
}

function documentEngines(document: Document, source: Source): readonly FoundEngine[] {
  const found: FoundEngine[] = [];
  const texts: { text: string; offset: number }[] = [];
  for (const node of nodesOf(document.contents as Node | undefined, document)) {
    if (isMap(node)) {
      found.push(...containerEngines(entriesOf(node, document), document, source));
    } else if (isScalar(node) && typeof node.value === 'string' && ENGINE_TEXT.test(node.value)) {
      texts.push({ text: node.value, offset: node.range?.[0] ?? 0 });
    } else if (isSeq(node) && node === document.contents) {
      const words = wordsOf(node, document, {}, new Set(), source);
      found.push(...flagEngines(words, '', {}, []));
    }
  }
  return found.length > 0
    ? found
    : texts.flatMap(({ text, offset }) =>
        shellCommands(
          unmarked(text, source.templates).text,
          {},
          source.lines.linePos(offset).line - 1,
        ).flatMap((command) => enginesIn(command)),
      );
}

/** An image that starts an engine by itself, which its environment tells what to do; Ollama's needs to be told nothing. */
function hasEnvironment(entries: ReadonlyMap<string, Node>, image: string): boolean {
  return entries.has('environment') || entries.has('env') || /(^|\/)ollama(:|@|$)/.test(image);
}

function containerEngines(
  entries: ReadonlyMap<string, Node>,
  document: Document,
  source: Source,
): readonly FoundEngine[] {
  const keys = ['command', 'args', 'cmd', 'entrypoint'];
  const image = scalarsOf(entries.get('image'), document)[0]?.text ?? '';
  if (
    !keys.some((key) => entries.has(key)) &&
    (entrypointOf(image).length === 0 || !hasEnvironment(entries, image))
  ) {
    return [];
  }
  const notes = new Set<string>();
  const env = environmentOf(entries.get('environment') ?? entries.get('env'), document, source, notes);
  if (entries.has('env_file') || entries.has('envFrom')) {
    notes.add('The files of the environment are not read.');
  }
  const words = (key: string) => wordsOf(entries.get(key), document, env, notes, source);
  const isKubernetes = entries.has('args');
  const entrypoint = isKubernetes ? words('command') : words('entrypoint');
  const argv = isKubernetes ? words('args') : [...words('command'), ...words('cmd')];
  const imageText = unmarked(image, source.templates).text;
  const engines = containerCommand(imageText, entrypoint, argv, env, [...notes]);
  return engines.length > 0 || entrypoint.length > 0
    ? engines
    : flagEngines(argv, imageText, env, [...notes]);
}

/** Arguments without a program: that of the engine that alone knows them. */
function flagEngines(
  argv: readonly LaunchWord[],
  image: string,
  env: Readonly<Record<string, LaunchWord>>,
  notes: readonly string[],
): readonly FoundEngine[] {
  const program = programWithFlags(argv);
  const [first] = argv;
  return program === undefined
    ? []
    : [
        {
          program,
          argv,
          env,
          ...(image === '' ? {} : { image }),
          ...(first?.line === undefined ? {} : { line: first.line }),
          notes: [...notes, `No program is named; only ${program} has all these flags.`],
        },
      ];
}

/** A list's items as words, a text as a shell splits it. */
function wordsOf(
  node: Node | undefined,
  document: Document,
  env: Readonly<Record<string, LaunchWord>>,
  notes: Set<string>,
  source: Source,
): readonly LaunchWord[] {
  const word = ({ text, offset }: { text: string; offset: number }): LaunchWord => {
    const { text: plain, unknown } = unmarked(text, source.templates);
    const filled = interpolated(plain, env, notes, source.lines.linePos(offset).line);
    const all = [...new Set([...unknown, ...(filled.unknown ?? [])])];
    return all.length === 0 ? filled : { ...filled, unknown: all };
  };
  if (isScalar(node)) {
    const [whole] = scalarsOf(node, document);
    if (whole === undefined) {
      return [];
    }
    const { text, line = 1 } = word(whole);
    const commands = shellCommands(text, env, line - 1);
    const engines = commands.flatMap((command) => enginesIn(command));
    const first =
      engines.length > 0 ? commands.find((command) => enginesIn(command).length > 0) : commands[0];
    for (const note of first?.notes ?? []) {
      notes.add(note);
    }
    return [
      ...Object.entries(assigned(first?.env ?? {}, env)).map(([name, { text: value }]) => ({
        text: `${name}=${value}`,
      })),
      ...(first?.words ?? []),
    ];
  }
  return scalarsOf(node, document).map(word);
}

/** Variables that a command's text sets beside those of its container. */
function assigned(
  all: Readonly<Record<string, LaunchWord>>,
  env: Readonly<Record<string, LaunchWord>>,
): Readonly<Record<string, LaunchWord>> {
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => env[name] !== value));
}

/** `environment:` of compose as a list or a mapping, `env:` of Kubernetes as a list of names and values. */
function environmentOf(
  node: Node | undefined,
  document: Document,
  source: Source,
  notes: Set<string>,
): Readonly<Record<string, LaunchWord>> {
  const env: Record<string, LaunchWord> = {};
  const add = (name: string, text: string) => {
    const { text: plain, unknown } = unmarked(text, source.templates);
    const filled = interpolated(plain, env, notes);
    const all = [...unknown, ...(filled.unknown ?? [])];
    env[name] = all.length === 0 ? filled : { ...filled, unknown: all };
  };
  const unknown = (name: string) => {
    env[name] = { text: `$${name}`, unknown: [`$${name}`] };
  };
  if (isMap(node)) {
    for (const [name, value] of entriesOf(node, document)) {
      const [first] = scalarsOf(value, document);
      first === undefined ? unknown(name) : add(name, first.text);
    }
    return env;
  }
  for (const item of isSeq(node) ? node.items : []) {
    const one = resolved(item as Node, document);
    if (isMap(one)) {
      const entries = entriesOf(one, document);
      const [name] = scalarsOf(entries.get('name'), document);
      const [value] = scalarsOf(entries.get('value'), document);
      if (name !== undefined) {
        value === undefined ? unknown(name.text) : add(name.text, value.text);
      }
    } else {
      const [first] = scalarsOf(one, document);
      const equals = first?.text.indexOf('=') ?? -1;
      if (first !== undefined) {
        equals === -1 ? unknown(first.text) : add(first.text.slice(0, equals), first.text.slice(equals + 1));
      }
    }
  }
  return env;
}
