import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/program.js';
import { CONFIGS } from '../configs.js';
import { KV, kv, temporaryFolder } from '../kv.js';
import { inTerminal } from '../terminal.js';

const COMMANDS = buildProgram()
  .createHelp()
  .visibleCommands(buildProgram())
  .map((command) => command.name());

/** Every line of every help text that shows a command to run. */
async function examplesOf(args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout } = await kv([...args, '--help']);
  expect(code).toBe(0);
  const [, after = ''] = stdout.split('Examples:\n');
  const [examples = ''] = after.split('\n\n');
  return examples
    .split('\n')
    .filter((line) => /^ {2}\S/.test(line))
    .map((line) => line.trim());
}

const EXAMPLES = (
  await Promise.all([[], ...COMMANDS.map((name) => [name])].map((args) => examplesOf(args)))
).flat();

describe('the examples of the help', () => {
  const folder = temporaryFolder();

  beforeEach(() => {
    const bin = join(folder.path, 'bin');
    mkdirSync(bin);
    mkdirSync(join(folder.path, '.config', 'fish', 'completions'), { recursive: true });
    for (const [name, text] of [
      ['kv', `exec "${process.execPath}" "${KV}" "$@"`],
      ['xdg-open', 'exit 0'],
    ] as const) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    writeFileSync(
      join(folder.path, 'vllm.log'),
      [
        'INFO 11-20 10:00:01 [api_server.py:1810] vLLM API server version 0.19.0',
        "INFO 11-20 10:00:01 [utils.py:325] non-default args: {'model_tag': 'codellama/CodeLlama-7b-hf', 'max_model_len': 8192}",
        'INFO 11-20 10:01:31 [kv_cache_utils.py:1091] Maximum concurrency for 8,192 tokens per request: 15.41x',
      ].join('\n'),
    );
    copyFileSync(join(CONFIGS['meta-llama/Llama-3.1-8B'], 'config.json'), join(folder.path, 'config.json'));
    writeFileSync(
      join(folder.path, 'vllm.log'),
      'non-default args: {"model": "Qwen/Qwen3-8B"}\nAvailable KV cache memory: 20.00 GiB\n',
    );
  });

  /** Runs a line as a shell would, until it ends or says that it serves. */
  function runLine(line: string): Promise<{ readonly code: number | null; readonly stderr: string }> {
    const child = spawn('sh', ['-c', line], {
      cwd: folder.path,
      env: { PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`, HOME: folder.path },
      detached: true,
    });
    let stderr = '';
    return new Promise((resolve) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
        if (stderr.includes('Serving') && child.pid !== undefined) {
          process.kill(-child.pid, 'SIGINT');
          resolve({ code: 0, stderr });
        }
      });
      child.on('close', (code) => resolve({ code, stderr }));
    });
  }

  it('are there for every command', async () => {
    for (const name of COMMANDS) {
      expect((await examplesOf([name])).length, name).toBeGreaterThan(0);
    }
  });

  it.each(EXAMPLES)('%s', async (line) => {
    const { code, stderr } = await runLine(line);
    expect({ code, stderr: stderr.replace(/^(Wrote|Serving|warning) .*\n/gm, '') }).toEqual({
      code: 0,
      stderr: '',
    });
  });
});

describe('kv alone', () => {
  it('shows what to do next: every command, and three examples', async () => {
    const { code, stdout, stderr } = await kv([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^ {2}kv \w+/gm)).toHaveLength(3);
    for (const name of COMMANDS) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    }
  });

  it('prints its version', async () => {
    expect(await kv(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('help in a terminal', () => {
  it.each(
    [60, 80, 140].flatMap((columns) =>
      [[], ...COMMANDS.map((name) => [name])].map((args) => ({ args, columns })),
    ),
  )('of $args fits $columns columns, its examples aside', async ({ args, columns }) => {
    const { lines } = await inTerminal([...args, '--help'], { columns });
    const end = lines.indexOf('Examples:');
    expect(end).toBeGreaterThan(0);
    expect(Math.max(...lines.slice(0, end).map(({ length }) => length))).toBeLessThanOrEqual(columns);
  });
});
