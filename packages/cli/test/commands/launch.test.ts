import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kv, temporaryFolder } from '../kv.js';

const COMMAND =
  'vllm serve Qwen/Qwen3-32B -tp 4 --kv-cache-dtype fp8 --max-model-len 32768 --port 8000 --api-key s3cret';
const SAME = ['Qwen/Qwen3-32B', '--engine', 'vllm', '--tp', '4', '--kv-dtype', 'fp8', '--context', '32768'];

async function bytes(args: readonly string[]): Promise<unknown> {
  const { code, stdout } = await kv([...args, '--json']);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { totalBytes: number }).totalBytes;
}

describe('a launch command', () => {
  const folder = temporaryFolder();

  it('is taken wherever a model is named: quoted, after --, and in a file', async () => {
    const path = `${folder.path}/start.sh`;
    writeFileSync(path, `#!/bin/sh\nexport HF_TOKEN=hf_s3cret\nexec ${COMMAND}\n`);
    const expected = await bytes(['estimate', ...SAME]);
    expect(await bytes(['estimate', COMMAND])).toBe(expected);
    expect(await bytes(['estimate', path])).toBe(expected);
    const { stdout } = await kv(['estimate', '--json', '--', ...COMMAND.split(' ')]);
    expect(JSON.parse(stdout)).toMatchObject({
      totalBytes: expected,
      deployment: {
        engine: 'vllm',
        model: 'Qwen/Qwen3-32B',
        workload: { contextLength: 32_768, tensorParallel: 4 },
        ignored: ['--port', '--api-key'],
        unknown: [],
      },
    });
    expect(stdout).not.toContain('s3cret');
  });

  it('counts the layers of the draft model that it names', async () => {
    const draft = { model: 'Qwen/Qwen3-0.6B', method: 'draft_model', num_speculative_tokens: 3 };
    const serve = 'vllm serve Qwen/Qwen3-32B --max-model-len 32768';
    const drafting = `${serve} --speculative-config '${JSON.stringify(draft)}'`;
    const [plain, both] = [await bytes(['estimate', serve]), await bytes(['estimate', drafting])];
    // 64 and 28 layers with 8 heads of 128.
    expect(Number(both) * 64).toBe(Number(plain) * (64 + 28));
  });

  it('is fitted into the devices that flags name', async () => {
    const { code, stdout } = await kv(['fit', '--gpu', '4xh100', '--json', '--', ...COMMAND.split(' ')]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ engine: 'vllm', numDevices: 4, verdict: 'fits' });
  });

  it('says on stderr what is not counted and what no release knows', async () => {
    const { code, stderr } = await kv(['estimate', 'vllm serve Qwen/Qwen3-8B --enable-dbo --max-num-sqs 4']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning --enable-dbo changes memory and is not counted yet/);
    expect(stderr).toMatch(/did you mean --max-num-seqs/);
  });

  it('is of the model that a flag names, where it does not name one', async () => {
    const named = await bytes(['estimate', 'vllm serve Qwen/Qwen3-8B -tp 2 --max-model-len 4096']);
    expect(
      await bytes(['estimate', 'vllm serve $MODEL -tp 2 --max-model-len 4096', '--model', 'Qwen/Qwen3-8B']),
    ).toBe(named);
  });

  it.each([
    ['vllm serve $MODEL -tp 8', /The command's model is "\$MODEL", which cannot be looked up from here/],
    ["vllm serve 'Qwen/Qwen3-8B", /quote/],
    ['vllm serve Qwen/Qwen3-8B -tp', /needs|expected|value/],
  ])('%s is refused with one sentence', async (command, message) => {
    const { code, stdout, stderr } = await kv(['estimate', command]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^kv: [^\n]+\n$/);
    expect(stderr).toMatch(message);
  });
});
