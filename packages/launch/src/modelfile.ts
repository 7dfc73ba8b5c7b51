import { InputError } from '@kv/core';
import type { LaunchCommand, LaunchWord } from '@kv/core/launch';
import { shellCommands } from './shell.js';
import { containerCommand, enginesIn, type FoundEngine } from './unwrap.js';

/** Whether a text is an Ollama Modelfile: `FROM` and what only those have. */
export function isModelfile(text: string): boolean {
  return (
    /^\s*FROM[ \t]+\S/im.test(text) &&
    !isDockerfile(text) &&
    /^\s*(PARAMETER|SYSTEM|TEMPLATE|ADAPTER|MESSAGE|LICENSE|FROM)\b/im.test(text)
  );
}

/** Whether a text is a Dockerfile. */
export function isDockerfile(text: string): boolean {
  return (
    /^\s*(CMD|ENTRYPOINT)[ \t]*\[/m.test(text) ||
    (/^\s*FROM[ \t]+\S/im.test(text) &&
      /^\s*(RUN|CMD|ENTRYPOINT|ENV|COPY|ADD|EXPOSE|WORKDIR|ARG|VOLUME)[ \t[]/m.test(text))
  );
}

/**
 * The model and parameters of a Modelfile.
 *
 * Source: ollama/ollama `docs/modelfile.md`.
 */
export function modelfileCommand(text: string): LaunchCommand {
  const parameters: Record<string, LaunchWord> = {};
  let model: LaunchWord | undefined;
  // Texts of several lines are prompts, which may hold anything.
  const lines = text.replace(/"""[\s\S]*?("""|$)/g, (prompt) => prompt.replace(/[^\n]/g, '')).split('\n');
  lines.forEach((content, index) => {
    const line = index + 1;
    const [, from] = /^\s*FROM\s+(\S+)/i.exec(content) ?? [];
    const [, name, value] = /^\s*PARAMETER\s+(\w+)\s+("(?:[^"\\]|\\.)*"|\S+)/i.exec(content) ?? [];
    if (from !== undefined) {
      model = word(from, line);
    }
    if (name !== undefined && value !== undefined) {
      parameters[name.toLowerCase()] = word(value.replace(/^"|"$/g, ''), line);
    }
  });
  if (model === undefined) {
    throw new InputError('The Modelfile names no model; its first line must be FROM and a model.');
  }
  return { program: 'ollama', argv: [{ text: 'run' }, model], env: {}, parameters };
}

function word(text: string, line: number): LaunchWord {
  const unknown = /\$\{?\w+\}?|\{\{[^}]*\}\}/.exec(text)?.[0];
  return { text, line, ...(unknown === undefined ? {} : { unknown: [unknown] }) };
}

/** The engines that a Dockerfile's image starts. */
export function dockerfileEngines(text: string): readonly FoundEngine[] {
  const joined = text.replace(/\\[ \t]*\n/g, ' ');
  const env: Record<string, LaunchWord> = {};
  let image = '';
  let entrypoint: readonly LaunchWord[] = [];
  let argv: readonly LaunchWord[] = [];
  let ran: readonly FoundEngine[] = [];
  for (const line of joined.split('\n')) {
    const [, instruction = '', rest = ''] = /^\s*([A-Z]+)\s+(\S.*)$/.exec(line) ?? [];
    if (instruction === 'FROM') {
      image = rest.split(/\s+/).find((part) => !part.startsWith('--')) ?? '';
    } else if (instruction === 'ENV') {
      Object.assign(env, variables(rest));
    } else if (instruction === 'ENTRYPOINT') {
      entrypoint = argumentsOf(rest, env);
    } else if (instruction === 'CMD') {
      argv = argumentsOf(rest, env);
    } else if (instruction === 'RUN') {
      ran = [...ran, ...shellCommands(rest, env).flatMap((command) => enginesIn(command))];
    }
  }
  const pulled = ran.find(({ program }) => program === 'ollama');
  return containerCommand(image, entrypoint, argv, env, []).map((engine) =>
    engine.program === 'ollama' && engine.argv[0]?.text === 'serve' && pulled !== undefined
      ? { ...engine, argv: pulled.argv.map((one, index) => (index === 0 ? { text: 'run' } : one)) }
      : engine,
  );
}

/** `ENV A=b C="d e"`, `ENV A b`. */
function variables(rest: string): Record<string, LaunchWord> {
  const [, name, value] = /^(\w+)\s+([^=]*)$/.exec(rest) ?? [];
  if (name !== undefined && value !== undefined) {
    return { [name]: { text: value.trim() } };
  }
  const [command] = shellCommands(`${rest} true`);
  return { ...command?.env };
}

/** `["vllm", "serve"]`, or a shell's line. */
function argumentsOf(rest: string, env: Readonly<Record<string, LaunchWord>>): readonly LaunchWord[] {
  if (rest.trimStart().startsWith('[')) {
    try {
      const items: unknown = JSON.parse(rest);
      if (Array.isArray(items)) {
        return items.map((item) => ({ text: String(item) }));
      }
    } catch {
      // Docker takes what is no JSON for a shell's line.
    }
  }
  return shellCommands(rest, env)[0]?.words ?? [];
}
