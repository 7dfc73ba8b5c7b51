import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { KV } from './kv.js';

/** How a terminal is, beside what it is by default: 80 columns, with colours, in UTF-8. */
export interface TerminalSurroundings {
  readonly columns?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Is told all that was written so far, whenever more was. */
  readonly onOutput?: (text: string) => void;
}

/** What a run of the command in a terminal left there. */
export interface TerminalRun {
  readonly code: number;
  /** All that was written, as it was written. */
  readonly raw: string;
  /** The same line by line, without colours and other control sequences. */
  readonly lines: readonly string[];
}

const END = 'ended with ';
const ENDED = new RegExp(`^(.*)${END}(\\d+)\r\n$`, 's');

/** Runs the built command in a terminal of its own. */
export function inTerminal(
  args: readonly string[],
  surroundings: TerminalSurroundings = {},
): Promise<TerminalRun> {
  const { columns = 80, cwd = process.cwd(), env = {}, onOutput } = surroundings;
  const { PATH, HOME } = process.env;
  // The shell keeps the terminal open until all that was written has been read from it.
  const line = `"$0" "$@"; printf '${END}%s\\n' $?; read _`;
  const terminal = spawn('sh', ['-c', line, process.execPath, KV, ...args], {
    cols: columns,
    cwd,
    env: { PATH, HOME, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
  });
  let text = '';
  return new Promise((resolve) => {
    terminal.onData((data) => {
      text += data;
      onOutput?.(text);
      const [, raw, code] = ENDED.exec(text) ?? [];
      if (raw !== undefined) {
        terminal.kill('SIGKILL');
        resolve({ code: Number(code), raw, lines: stripVTControlCharacters(raw).split('\r\n') });
      }
    });
  });
}
