import type { LaunchProgram, LaunchWord } from '@kv/core/launch';

/** An engine's program and what follows it. */
export interface EngineCall {
  readonly program: LaunchProgram;
  readonly argv: readonly LaunchWord[];
}

const LLAMACPP: readonly (readonly [RegExp, LaunchProgram])[] = [
  [/^llama-server/, 'llama-server'],
  [/^llama-bench/, 'llama-bench'],
  [/^llama-(cli|run|simple|mtmd-cli)/, 'llama-cli'],
];

/** Modules that `python -m` starts an engine by. */
const MODULES: readonly (readonly [RegExp, LaunchProgram])[] = [
  [/^vllm\.entrypoints\.(openai\.)?api_server$/, 'vllm'],
  [/^sglang\.launch_server$/, 'sglang'],
  [/^sglang\.cli\.main$/, 'sglang'],
  [/^vllm(\.entrypoints\.cli\.main)?$/, 'vllm'],
];

/** The engine that the first word starts, if it is one. */
export function engineCall(words: readonly LaunchWord[]): EngineCall | undefined {
  const [first, ...rest] = words;
  if (first === undefined) {
    return undefined;
  }
  const name = programName(first.text);
  const [llamacpp] = LLAMACPP.filter(([pattern]) => pattern.test(name));
  if (llamacpp !== undefined) {
    return { program: llamacpp[1], argv: rest };
  }
  if (
    name === 'llama' &&
    rest[0] !== undefined &&
    ['serve', 'server', 'cli', 'bench'].includes(rest[0].text)
  ) {
    return {
      program: rest[0].text.startsWith('serve')
        ? 'llama-server'
        : rest[0].text === 'cli'
          ? 'llama-cli'
          : 'llama-bench',
      argv: rest.slice(1),
    };
  }
  if (
    (name === 'server' || name === 'main') &&
    /[\\/]/.test(first.text) &&
    rest.some(({ text }) => /^(-m|--model|-hf)$/.test(text))
  ) {
    return { program: name === 'server' ? 'llama-server' : 'llama-cli', argv: rest };
  }
  if ((name === 'vllm' || name === 'sglang') && rest[0]?.text === 'serve') {
    return { program: name, argv: rest.slice(1) };
  }
  if (name === 'ollama') {
    const [subcommand] = rest;
    return subcommand !== undefined && ['serve', 'start', 'run', 'pull', 'create'].includes(subcommand.text)
      ? { program: 'ollama', argv: rest }
      : undefined;
  }
  return /^python(\d(\.\d+)?)?$/.test(name) ? pythonCall(rest) : undefined;
}

/** `python -u -m vllm.entrypoints.openai.api_server`, `python path/to/launch_server.py`. */
function pythonCall(words: readonly LaunchWord[]): EngineCall | undefined {
  for (let at = 0; at < words.length; at++) {
    const { text = '' } = words[at] ?? {};
    if (text === '-m') {
      const module = words[at + 1]?.text ?? '';
      const [found] = MODULES.filter(([pattern]) => pattern.test(module));
      const argv = words.slice(at + 2);
      return found === undefined
        ? undefined
        : { program: found[1], argv: argv[0]?.text === 'serve' ? argv.slice(1) : argv };
    }
    if (text === '-X' || text === '-W') {
      at += 1;
    } else if (!text.startsWith('-')) {
      const argv = words.slice(at + 1);
      return /vllm[^\s]*api_server\.py$/.test(text)
        ? { program: 'vllm', argv }
        : /sglang[^\s]*launch_server\.py$/.test(text)
          ? { program: 'sglang', argv }
          : argv[0]?.text === 'serve' && /(^|[\\/])(vllm|sglang)$/.test(text)
            ? { program: programName(text) as 'vllm' | 'sglang', argv: argv.slice(1) }
            : undefined;
    }
  }
  return undefined;
}

/** The file's name, without folders, `.exe` and the braces of a variable that is named after it. */
export function programName(text: string): string {
  const last = text.split(/[\\/]/).at(-1) ?? '';
  return last.replace(/\.exe$/i, '').replace(/^\$?\{?\{?\s*|\s*\}\}?$/g, '');
}
