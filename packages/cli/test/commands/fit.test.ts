import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONFIGS, changedConfig } from '../configs.js';
import { kv, temporaryFolder } from '../kv.js';

const LLAMA = CONFIGS['meta-llama/Llama-3.1-8B'];
const DEEPSEEK = CONFIGS['deepseek-ai/DeepSeek-V3'];
const GEOMETRY = ['--emb-dim', '4096', '--n-heads', '32', '--n-layers', '32', '--n-kv-groups', '4'];

interface Answer {
  readonly memoryBytes: number;
  readonly weightBytes: number;
  readonly overheadBytes: number;
  readonly availableBytes: number;
  readonly budget: {
    readonly parts: readonly {
      readonly name: string;
      readonly bytes: number;
      readonly low: number;
      readonly high: number;
      readonly how: string;
      readonly explanation: readonly string[];
    }[];
  };
  readonly largestContext: { readonly contextLength: number };
  readonly mostSequences: { readonly secondsPerStep: number; readonly cacheBytes: number };
}

async function answer(args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await kv(['fit', ...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Answer;
}

describe('kv fit', () => {
  it('divides the memory of a GPU and finds what fits, to the token', async () => {
    const found = await answer([LLAMA, '--gpu', 'h100', '-c', '32k', '--engine', 'vllm']);
    const usable = Math.ceil(found.memoryBytes * 0.92);
    const parts = found.budget.parts.reduce((sum, { bytes }) => sum + bytes, 0);
    // Blocks of 16 tokens, 128 KiB each, one of them the null block.
    const blocks = Math.floor((usable - parts) / (16 * 131_072)) - 1;
    expect((found.memoryBytes / 2 ** 30).toFixed(2)).toBe('79.19');
    expect(found).toMatchObject({
      engine: 'vllm',
      gpu: { id: 'h100-sxm' },
      device: { name: 'NVIDIA H100 SXM 80GB', count: 1, memoryBytes: found.memoryBytes },
      numDevices: 1,
      usableBytes: usable,
      availableBytes: usable - parts,
      weights: { parameters: 8_030_261_248, bytes: 16_060_522_496 },
      verdict: 'fits',
      largestContext: { contextLength: 131_072, numSequences: 1, limit: 'model' },
      mostSequences: { contextLength: 32_768, numSequences: Math.floor(blocks / 2048), limit: 'memory' },
    });
    expect(found.weightBytes + found.overheadBytes).toBe(parts);
    for (const { name, low, bytes, high, how, explanation } of found.budget.parts) {
      expect(low, name).toBeLessThanOrEqual(bytes);
      expect(bytes, name).toBeLessThanOrEqual(high);
      expect(how, name).toMatch(/^(rule|formula|assumed)$/);
      expect(explanation.length, name).toBeGreaterThan(0);
    }
  });

  it('agrees with kv estimate on both sides of the limit', async () => {
    const found = await answer([...GEOMETRY, '--memory', '24GiB', '--weights', '16GB', '-n', '3']);
    const { contextLength } = found.largestContext;
    const bytes = async (context: number) => {
      const { stdout } = await kv(['estimate', ...GEOMETRY, '-n', '3', '-c', String(context), '--json']);
      return (JSON.parse(stdout) as { perDeviceBytes: number }).perDeviceBytes;
    };
    expect(await bytes(contextLength)).toBeLessThanOrEqual(found.availableBytes);
    expect(await bytes(contextLength + 1)).toBeGreaterThan(found.availableBytes);
  });

  it('splits over several GPUs as the engine does', async () => {
    const vllm = await answer([DEEPSEEK, '--gpu', 'h200', '--gpus', '8', '--engine', 'vllm']);
    expect(vllm).toMatchObject({ numDevices: 8, workload: { tensorParallel: 8, pipelineParallel: 1 } });
    const llamacpp = await answer([LLAMA, '--gpu', 'rtx-3090', '--gpus', '2', '--engine', 'llama.cpp']);
    expect(llamacpp).toMatchObject({ numDevices: 2, workload: { tensorParallel: 1, pipelineParallel: 2 } });
    const both = await answer([LLAMA, '--gpu', 'h100', '--tp', '2', '--pp', '2']);
    expect(both).toMatchObject({ numDevices: 4, weightBytes: expect.any(Number) });
  });

  it('takes weights in another dtype, and by size', async () => {
    const int4 = await answer([LLAMA, '--gpu', 'rtx-4090', '--weight-dtype', 'int4']);
    const tables = 2 * 128_256 * 4096;
    const norms = 65 * 4096;
    expect(int4).toMatchObject({
      weights: { bytes: 2 * (tables + norms) + (8_030_261_248 - tables - norms) / 2 },
    });
    const given = await answer([LLAMA, '--gpu', 'rtx-4090', '--weights', '5GB', '--overhead', '0']);
    expect(given).toMatchObject({
      weightBytes: 5e9,
      overheadBytes: 0,
      availableBytes: given.memoryBytes - 5e9,
    });
    expect(given.largestContext).not.toHaveProperty('secondsPerStep');
  });

  it('bounds the time per token by reading the weights and the cache', async () => {
    const found = await answer([LLAMA, '--gpu', 'h100', '-c', '1k']);
    const { secondsPerStep, cacheBytes } = found.mostSequences;
    const read = 2 * (8_030_261_248 - 128_256 * 4096) + cacheBytes;
    expect(secondsPerStep).toBeCloseTo(read / 3.35e12, 12);
  });

  it('reports for people, with what is assumed and where numbers are from', async () => {
    const { stdout } = await kv(['fit', LLAMA, '--gpu', 'h100', '--engine', 'vllm']);
    expect(stdout).toContain('Llama-3.1-8B on NVIDIA H100 SXM 80GB');
    expect(stdout).toMatch(/in all +79\.2 GiB {2}as CUDA reports it/);
    expect(stdout).toMatch(/usable +72\.9 GiB {2}0\.92 of it \(--gpu-memory-utilization\)/);
    expect(stdout).toMatch(/weights as loaded +15\.0 GiB {2}[\d.]+ to [\d.]+ GiB; 8\.03B parameters/);
    expect(stdout).toMatch(/activation peak +[\d.]+ GiB {2}[\d.]+ to [\d.]+ GiB/);
    expect(stdout).toMatch(
      /largest context +131,072 tokens {2}for 1 sequence; Llama-3\.1-8B was made for no more/,
    );
    expect(stdout).toMatch(/most sequences +\d+ {2}of 32k tokens; memory is the limit/);
    expect(stdout).toMatch(/time per token +>= [\d.]+ ms .*a lower bound/s);
    expect(stdout).toMatch(/^bf16 .*\nfp8_e4m3 .*\nint4 /m);
  });

  it('says when the weights alone do not fit', async () => {
    const { code, stdout } = await kv(['fit', DEEPSEEK, '--gpu', 'h100', '--gpus', '4']);
    expect(code).toBe(0);
    expect(stdout).toContain('The weights do not fit: 80.3 GiB too much on each GPU.');
    expect(stdout).not.toContain('What fits');
  });

  it('warns that unified memory is not all for the GPU', async () => {
    const { stdout } = await kv(['fit', LLAMA, '--gpu', 'm4-max']);
    expect(stdout).toContain('shares its memory with the CPU');
    expect((await kv(['fit', LLAMA, '--gpu', 'm4-max', '--memory', '48GB'])).stdout).not.toContain('shares');
  });

  it('prints a row for each dtype as CSV and Markdown', async () => {
    const csv = await kv(['fit', LLAMA, '--gpu', 'h100', '--csv']);
    const [header, ...rows] = csv.stdout.trim().split('\n');
    expect(header).toMatch(/^model,engine,gpu,gpus,kv dtype,memory bytes,/);
    expect(rows.map((row) => row.split(',')[4])).toEqual(['bf16', 'fp8_e4m3', 'int4']);
    expect(rows[0]).toMatch(/^Llama-3\.1-8B,ideal,h100-sxm,1,bf16,\d+,16060522496,2147483648,\d+,fits,/);
    const markdown = await kv(['fit', LLAMA, '--gpu', 'h100', '--markdown']);
    expect(markdown.stdout.split('\n')[0]).toMatch(/^\| KV dtype +\| +Context x 1 \|/);
  });

  it.each([
    [['--gpu', 'h100', ...GEOMETRY], /weights of MHA|weights of GQA/],
    [[LLAMA], /No GPU is given; name one, as in --gpu h100 .* or give its memory, as in --memory 80GB/],
    [[LLAMA, '--gpu', 'a100'], /"a100" may be a100-40gb/],
    [[LLAMA, '--gpu', 'h10O'], /Unknown GPU "h10O"; did you mean/],
    [[LLAMA, '--memory', 'plenty'], /--memory is "plenty"/],
    [[LLAMA, '--gpu', 'h100', '--gpus', '3', '--tp', '2'], /--tp 2 takes 2 GPUs, but --gpus is 3/],
    [[LLAMA, '--gpu', 'h100', '--gpus', '0'], /--gpus is 0/],
    [[LLAMA, '--gpu', 'h100', '--gpus', '3', '--engine', 'vllm'], /does not divide the 32 attention heads/],
    [
      [LLAMA, '--gpu', 'h100', '--gpu-memory-utilization', '0.9'],
      /a setting of vllm; the engine ideal does not have it/,
    ],
    [
      [LLAMA, '--gpu', 'h100', '--engine', 'vllm', '--gpu-memory-utilization', '90'],
      /--gpu-memory-utilization is 90; it must be a number above 0 and at most 1/,
    ],
    [[LLAMA, '--gpu', 'h100', '--weights', '16GB', '--weight-dtype', 'int4'], /give one of the two/],
    [[LLAMA, '--gpu', 'h100', '--weight-dtype', 'int44'], /Unknown weight dtype "int44"; did you mean int4/],
    [[LLAMA, '--gpu', 'h100', '--overhead', 'much'], /--overhead is "much"/],
    [[LLAMA, '--gpu', 'h100', '--engines', 'vllm,ideal'], /unknown option|--engines/],
  ])('refuses %j with one sentence', async (args, message) => {
    const { code, stdout, stderr } = await kv(['fit', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^kv: [^\n]+\n$/);
    expect(stderr).toMatch(message);
  });
});

describe('a folder with a safetensors index', () => {
  const folder = temporaryFolder();
  const model = () => {
    const path = `${folder.path}/Llama`;
    mkdirSync(path);
    writeFileSync(`${path}/config.json`, changedConfig('meta-llama/Llama-3.1-8B', {}));
    return path;
  };

  it('has the weights that the index states', async () => {
    const path = model();
    writeFileSync(`${path}/model.safetensors.index.json`, '{"metadata": {"total_size": 17000000000}}');
    expect(await answer([path, '--gpu', 'h100'])).toMatchObject({
      weights: { bytes: 17e9, parameters: 8_030_261_248, source: 'model.safetensors.index.json' },
    });
  });

  it('has those of the formula, and a warning, where the index is broken', async () => {
    const path = model();
    writeFileSync(`${path}/model.safetensors.index.json`, '{"metadata": {}}');
    const { code, stdout } = await kv(['fit', path, '--gpu', 'h100']);
    expect(code).toBe(0);
    expect(stdout).toContain('formula from the config');
    expect(stdout).toMatch(/warning .*has no "metadata.total_size"/);
  });

  it('asks for the weights of a model that it cannot count', async () => {
    const path = `${folder.path}/unknown.json`;
    writeFileSync(path, changedConfig('meta-llama/Llama-3.1-8B', { vocab_size: null }));
    const { code, stderr } = await kv(['fit', path, '--gpu', 'h100']);
    expect(code).toBe(2);
    expect(stderr).toContain('The weights of unknown are not known');
    expect(stderr).toContain('--weights 16GB');
  });
});
