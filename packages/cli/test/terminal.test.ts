import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { describe, expect, it } from 'vitest';
import { CONFIGS } from './configs.js';
import { KV, temporaryFolder } from './kv.js';

/** What a terminal of that width shows when the command runs in it, line by line, with its colours taken out. */
function shown(args: readonly string[], columns: number, cwd: string): Promise<readonly string[]> {
  const { PATH, HOME } = process.env;
  const terminal = spawn(process.execPath, [KV, ...args], {
    cols: columns,
    cwd,
    env: { PATH, HOME, TERM: 'xterm-256color' },
  });
  let text = '';
  terminal.onData((data) => {
    text += data;
  });
  return new Promise((resolve, reject) => {
    terminal.onExit(({ exitCode }) => {
      if (exitCode === 0) {
        resolve(text.split('\r\n'));
      } else {
        reject(new Error(text));
      }
    });
  });
}

describe('in a terminal', () => {
  const folder = temporaryFolder();
  const commands = {
    estimate: ['estimate', CONFIGS['meta-llama/Llama-3.1-8B'], '-c', '128k'],
    compare: ['compare', '--emb-dim', '2048', '--n-heads', '24', '--n-layers', '48', '--n-kv-groups', '4,8'],
    plot: ['plot', '--out', 'figure.json'],
    fit: ['fit', CONFIGS['meta-llama/Llama-3.1-8B'], '--gpu', 'h100', '--gpus', '2'],
    gpus: ['gpus', 'h100'],
  };

  it.each(
    Object.entries(commands).flatMap(([name, args]) =>
      [60, 80, 140].map((columns) => ({ name, args, columns })),
    ),
  )('kv $name fits $columns columns, in colour', async ({ args, columns }) => {
    const lines = await shown(args, columns, folder.path);
    expect(lines.join()).toContain('\u001b[');
    const tables = lines
      .map((line) => stripVTControlCharacters(line))
      .filter((line) => /\d [KMGT]i?B/.test(line));
    expect(tables.length).toBeGreaterThan(0);
    expect(Math.max(...tables.map(({ length }) => length))).toBeLessThanOrEqual(columns);
  });
});
