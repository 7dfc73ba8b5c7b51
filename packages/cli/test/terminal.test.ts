import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import stringWidth from 'fast-string-width';
import { beforeEach, describe, expect, it } from 'vitest';
import { CONFIGS, changedConfig } from './configs.js';
import { kv, temporaryFolder } from './kv.js';
import { inTerminal } from './terminal.js';

const LLAMA = CONFIGS['meta-llama/Llama-3.1-8B'];
const DESIGNS = ['--emb-dim', '2048', '--n-heads', '24', '--n-layers', '48', '--n-kv-groups', '4,8'];
const COMMANDS = {
  estimate: ['estimate', LLAMA, '-c', '128k'],
  'estimate --explain': ['estimate', LLAMA, '-c', '128k', '--explain', '--engine', 'vllm'],
  inspect: ['inspect', LLAMA],
  fit: ['fit', LLAMA, '--gpu', 'h100', '--gpus', '2'],
  gpus: ['gpus', 'h100'],
  compare: ['compare', ...DESIGNS],
  'plot of designs': ['plot', '--out', 'figure.json'],
  'plot of wide names': ['plot', '通义千问-🦙', '--out', 'figure.json', '--log-y'],
};

const ESCAPE = '\u001b[';
const BLOCKS = /[█▁-▉⠁-⣿│┤└┬─]/u;

describe('in a terminal', () => {
  const folder = temporaryFolder();

  beforeEach(() => {
    const wide = join(folder.path, '通义千问-🦙');
    mkdirSync(wide);
    writeFileSync(join(wide, 'config.json'), changedConfig('meta-llama/Llama-3.1-8B', {}));
  });

  it.each(
    Object.entries(COMMANDS).flatMap(([name, args]) =>
      [60, 80, 140].map((columns) => ({ name, args, columns })),
    ),
  )('kv $name fits $columns columns, in colour', async ({ args, columns }) => {
    const { code, raw, lines } = await inTerminal(args, { columns, cwd: folder.path });
    expect(code).toBe(0);
    expect(raw).toContain(ESCAPE);
    expect(Math.max(...lines.map((line) => stringWidth(line.trimEnd())))).toBeLessThanOrEqual(columns);
  });

  it.each(['estimate', 'compare', 'plot of designs'] as const)(
    'kv %s draws with blocks, or with ASCII where the encoding has no others',
    async (name) => {
      const unicode = await inTerminal(COMMANDS[name], { columns: 120, cwd: folder.path });
      expect(unicode.raw).toMatch(BLOCKS);
      for (const env of [{ LANG: 'C' }, { LC_ALL: 'POSIX' }, { LANG: '' }]) {
        const ascii = await inTerminal(COMMANDS[name], { columns: 120, cwd: folder.path, env });
        expect(ascii.raw).not.toMatch(BLOCKS);
        expect(ascii.lines.length).toBe(unicode.lines.length);
      }
    },
  );

  it('shows green where a row is smaller than the first, red where it is larger', async () => {
    const { raw } = await inTerminal(['compare', ...DESIGNS], { columns: 120 });
    expect(raw).toContain(`${ESCAPE}32m4.00x`);
    const { raw: larger } = await inTerminal(
      ['compare', 'DeepSeek-V3', 'meta-llama/Llama-3.1-8B', '-c', '1k'],
      { columns: 120 },
    );
    expect(larger).toContain(`${ESCAPE}31m-86.5%`);
  });

  it('has no colour with NO_COLOR, and no drawing either in a dumb terminal', async () => {
    const plain = await inTerminal(COMMANDS.compare, { env: { NO_COLOR: '1' }, columns: 120 });
    expect(plain.raw).not.toContain(ESCAPE);
    expect(plain.raw).toMatch(BLOCKS);
    const dumb = await inTerminal(COMMANDS.compare, { env: { TERM: 'dumb' }, columns: 120 });
    expect(dumb.raw).not.toContain(ESCAPE);
    expect(dumb.raw).not.toMatch(BLOCKS);
  });

  it('draws nothing and colours nothing in a pipe, unless colour is forced', async () => {
    const env = { LANG: 'C.UTF-8', TERM: 'xterm-256color' };
    for (const args of [COMMANDS.estimate, COMMANDS.compare]) {
      const { stdout } = await kv(args, { env });
      expect(stdout).not.toMatch(BLOCKS);
      expect(stdout).not.toContain(ESCAPE);
      const forced = await kv(args, { env: { ...env, FORCE_COLOR: '1' } });
      expect(forced.stdout).toContain(ESCAPE);
      expect(forced.stdout).not.toMatch(BLOCKS);
    }
  });

  describe('progress', () => {
    /** A browser that does not work, and says so only once there is a file of that name. */
    const slow = (until: string) => {
      const path = join(folder.path, 'slow-browser');
      writeFileSync(path, `#!/bin/sh\nwhile ! test -e "${until}"; do sleep 0.1; done\nexit 1\n`);
      chmodSync(path, 0o755);
      return ['plot', '--out', 'x.pdf', '--browser', path];
    };

    it('is told while a figure is drawn, and leaves no line behind', async () => {
      const seen = join(folder.path, 'seen');
      const { code, raw, lines } = await inTerminal(slow(seen), {
        cwd: folder.path,
        onOutput: (text) => {
          if (text.includes('Drawing x.pdf')) {
            writeFileSync(seen, '');
          }
        },
      });
      expect(code).toBe(3);
      expect(raw.lastIndexOf(`${ESCAPE}0K`)).toBeGreaterThan(raw.lastIndexOf('Drawing x.pdf'));
      expect(lines.at(-2)).toMatch(/KV_BROWSER|kv: No browser/);
    });

    it('is not told in a pipe or a dumb terminal', async () => {
      const later = join(folder.path, 'later');
      setTimeout(() => writeFileSync(later, ''), 3000);
      const [pipe, dumb] = await Promise.all([
        kv(slow(later), { cwd: folder.path }),
        inTerminal(slow(later), { cwd: folder.path, env: { TERM: 'dumb' } }),
      ]);
      expect(pipe.stderr).not.toContain('Drawing');
      expect(dumb.raw).not.toContain('Drawing');
      expect(readdirSync(folder.path)).not.toContain('x.pdf');
    });
  });
});
