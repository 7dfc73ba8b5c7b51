import type { LaunchWord } from '@kv/core/launch';
import { shellCommands } from './shell.js';
import { enginesIn, type FoundEngine } from './unwrap.js';

export function isUnit(text: string): boolean {
  return (
    /^\s*(ExecStart|Exec)\s*=/m.test(text) ||
    (/^\s*\[Service\]/m.test(text) && /^\s*Environment\s*=/m.test(text))
  );
}

/** The engines that a systemd unit starts; a drop-in for Ollama may hold its environment only. */
export function unitEngines(text: string): readonly FoundEngine[] {
  const joined = text.replace(/\\[ \t]*\n/g, ' ');
  const env: Record<string, LaunchWord> = {};
  const starts: string[] = [];
  const notes: string[] = [];
  for (const line of joined.split('\n')) {
    const [, key = '', value = ''] = /^\s*(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key === 'Environment') {
      const [command] = shellCommands(`env ${value.replaceAll('$', '\\$')}`);
      for (const { text: pair } of command?.words.slice(1) ?? []) {
        const equals = pair.indexOf('=');
        if (equals > 0) {
          env[pair.slice(0, equals)] = { text: pair.slice(equals + 1) };
        }
      }
    } else if (key === 'EnvironmentFile') {
      notes.push('The file of EnvironmentFile= is not read.');
    } else if (key === 'ExecStart' && value !== '') {
      starts.push(value.replace(/^[-@:+!|]+/, ''));
    }
  }
  const found = starts.flatMap((start) =>
    shellCommands(start, env).flatMap((command) =>
      enginesIn({ ...command, notes: [...notes, ...command.notes] }),
    ),
  );
  const isOllama = starts.length === 0 && Object.keys(env).some((name) => name.startsWith('OLLAMA_'));
  return isOllama ? [{ program: 'ollama', argv: [{ text: 'serve' }], env, notes }] : found;
}
