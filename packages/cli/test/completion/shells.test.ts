import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { beforeEach, describe, expect, it } from 'vitest';
import { completionScript } from '../../src/completion/scripts.js';
import { KV, temporaryFolder } from '../kv.js';

const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

describe('completion in', () => {
  const folder = temporaryFolder();

  beforeEach(() => {
    mkdirSync(join(folder.path, 'bin'));
    const command = join(folder.path, 'bin', 'kv');
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${KV}" "$@"\n`);
    chmodSync(command, 0o755);
    for (const shell of ['bash', 'zsh', 'fish']) {
      writeFileSync(join(folder.path, `kv.${shell}`), completionScript(shell));
    }
    writeFileSync(join(folder.path, 'a model.json'), '{}');
  });

  const environment = () => ({
    PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`,
    HOME: folder.path,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
  });

  /** What a shell in a terminal shows in the end, after a line has been typed and the tab key pressed. */
  async function typed(shell: string, args: readonly string[], line: string, until: RegExp) {
    const terminal = spawn(shell, [...args], { cwd: folder.path, env: environment(), cols: 200 });
    let text = '';
    terminal.onData((data) => {
      text += data;
    });
    const shown = () => stripVTControlCharacters(text);
    try {
      terminal.write(`. ./kv.${shell}\r${line}\t`);
      await expect.poll(shown, { timeout: 30_000 }).toMatch(until);
      return shown();
    } finally {
      terminal.kill('SIGKILL');
    }
  }

  describe.skipIf(!has('bash'))('bash', () => {
    const bash = (line: string, until: RegExp) => typed('bash', ['--norc', '--noprofile', '-i'], line, until);

    it('ends a command', () => bash('kv insp', /kv inspect $/));
    it('ends a flag', () => bash('kv estimate --kv-dty', /--kv-dtype $/));
    it('ends an engine, also after an equals sign', async () => {
      await bash('kv estimate --engine llam', /--engine llama\.cpp $/);
      await bash('kv estimate --engine=llam', /--engine=llama\.cpp $/);
    });
    it('ends one of several engines', () => bash('kv compare --engines=ideal,vl', /--engines=ideal,vllm $/));
    it('ends the name of a file where no other word fits', () =>
      bash('kv estimate ./a', /kv estimate \.\/a\\ model\.json $/));
    it('runs nothing that is typed', async () => {
      await bash('kv estimate $(touch ran) --kv-dty', /--kv-dtype $/);
      expect(spawnSync('ls', [folder.path], { encoding: 'utf8' }).stdout).not.toContain('ran');
    });
  });

  describe.skipIf(!has('zsh'))('zsh', () => {
    const zsh = (line: string, until: RegExp) => typed('zsh', ['-f', '-i'], line, until);

    it('ends a command', () => zsh('kv insp', /kv inspect\s*$/));
    it('ends an engine, also after an equals sign', async () => {
      await zsh('kv estimate --engine llam', /--engine llama\.cpp\s*$/);
      await zsh('kv estimate --engine=llam', /--engine=llama\.cpp\s*$/);
    });
    it('lists choices with what they mean', () =>
      zsh('kv estimate --kv-dty\b\b\b', /--kv-dtype +-- what keys/));
    it('ends the name of a file where no other word fits', () =>
      zsh('kv estimate ./a', /kv estimate \.\/a\\ model\.json\s*$/));
  });

  describe.skipIf(!has('fish'))('fish', () => {
    const fish = (line: string) =>
      spawnSync('fish', ['--no-config', '-c', `source kv.fish; complete --do-complete '${line}'`], {
        ...{ cwd: folder.path, env: environment(), encoding: 'utf8' },
      }).stdout;

    it('ends commands and flags, and says what they mean', () => {
      expect(fish('kv insp')).toBe('inspect\twhat each layer of a model remembers\n');
      expect(fish('kv estimate --kv-dty')).toContain('--kv-dtype\twhat keys and values');
    });
    it('ends an engine, also after an equals sign', () => {
      expect(fish('kv estimate --engine llam').trim()).toBe('llama.cpp');
      expect(fish('kv estimate --engine=llam').trim()).toBe('--engine=llama.cpp');
    });
    it('ends the name of a file where no other word fits', () =>
      expect(fish('kv estimate ./a')).toContain('./a model.json'));
  });
});
