import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIGS, changedConfig } from '../configs.js';
import { kv, temporaryFolder } from '../kv.js';

const LLAMA = CONFIGS['meta-llama/Llama-3.1-8B'];
const GQA = ['--emb-dim', '4096', '--n-heads', '32', '--n-layers', '32', '--n-kv-groups', '4'];

async function json(args: readonly string[], stdin?: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await kv(
    ['estimate', ...args, '--json'],
    stdin === undefined ? {} : { stdin },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('kv estimate --json', () => {
  it('prints one object with exact bytes, and nothing else', async () => {
    expect(await json([LLAMA, '--context', '128k', '--sequences', '3'])).toEqual({
      model: {
        id: LLAMA,
        name: 'Llama-3.1-8B',
        source: join(LLAMA, 'config.json'),
        architecture: 'LlamaForCausalLM',
      },
      engine: 'ideal',
      workload: {
        contextLength: 131_072,
        numSequences: 3,
        keyDtype: 'bf16',
        valueDtype: 'bf16',
        tensorParallel: 1,
        pipelineParallel: 1,
        dataParallel: 1,
        contextParallel: 1,
      },
      reasons: {
        contextLength: 'as asked',
        keyDtype: "the config's torch_dtype",
        valueDtype: "the config's torch_dtype",
      },
      totalBytes: 51_539_607_552,
      perDeviceBytes: 51_539_607_552,
      bytesPerToken: 131_072,
      pools: [
        {
          name: 'full',
          layers: 32,
          tokens: 393_216,
          keyBytes: 25_769_803_776,
          valueBytes: 25_769_803_776,
          stateBytes: 0,
          bytes: 51_539_607_552,
        },
      ],
      warnings: [],
    });
  });

  it('is the same for hand-given geometry, in the teaching scripts’ spelling too', async () => {
    const dashed = await json([...GQA, '-c', '8k', '-n', '2', '--kv-dtype', 'bf16']);
    const seed = await json([
      ...GQA.map((flag) => (flag.startsWith('--') ? `--${flag.slice(2).replaceAll('-', '_')}` : flag)),
      ...['--context_length', '8192', '--batch_size', '2', '--dtype', 'bf16'],
    ]);
    expect(seed).toEqual(dashed);
    expect(seed).toMatchObject({ totalBytes: 2 * 8192 * 131_072, design: 'gqa' });
  });

  it('reads a config from standard input', async () => {
    const config = changedConfig('meta-llama/Llama-3.1-8B', { num_key_value_heads: 1 });
    expect(await json(['-', '-c', '1'], config)).toMatchObject({
      totalBytes: 16_384,
      model: { id: '-', name: 'stdin', source: 'standard input' },
    });
  });

  it('counts the latent of MLA, not its heads', async () => {
    expect(await json([CONFIGS['deepseek-ai/DeepSeek-V3'], '-c', '1'])).toMatchObject({
      bytesPerToken: 70_272,
    });
  });

  it('takes dtypes for keys and values apart', async () => {
    const mixed = await json([LLAMA, '-c', '1k', '--key-dtype', 'q8_0', '--value-dtype', 'q4_0']);
    const elements = 32 * 8 * 128 * 1024;
    expect(mixed).toMatchObject({ totalBytes: (elements / 32) * (34 + 18) });
  });

  it('says why keys and values are stored as they are, as the engine chooses', async () => {
    const chosen = async (config: string, ...flags: readonly string[]) => {
      const { workload, reasons } = await json(['-', '-c', '1k', ...flags], config);
      const { keyDtype, valueDtype } = workload as Record<string, unknown>;
      return { dtypes: [keyDtype, valueDtype], reasons };
    };
    const fp8 = changedConfig('meta-llama/Llama-3.1-8B', {
      quantization_config: { kv_cache_scheme: { num_bits: 8, type: 'float' } },
    });
    const scheme = "the config's quantization_config.kv_cache_scheme";
    expect(await chosen(fp8)).toEqual({
      dtypes: ['fp8_e4m3', 'fp8_e4m3'],
      reasons: { contextLength: 'as asked', keyDtype: scheme, valueDtype: scheme },
    });
    expect(await chosen(fp8, '--value-dtype', 'int8')).toMatchObject({
      dtypes: ['fp8_e4m3', 'int8'],
      reasons: { keyDtype: scheme, valueDtype: 'as asked' },
    });
    const fp32 = changedConfig('meta-llama/Llama-3.1-8B', { torch_dtype: 'float32' });
    expect(await chosen(fp32)).toMatchObject({ dtypes: ['fp32', 'fp32'] });
    expect(await chosen(fp32, '--engine', 'vllm')).toMatchObject({
      dtypes: ['bf16', 'bf16'],
      reasons: { keyDtype: 'vLLM runs fp32 checkpoints in bf16' },
    });
    expect(await chosen(fp32, '--engine', 'llama.cpp')).toMatchObject({
      dtypes: ['fp16', 'fp16'],
      reasons: { keyDtype: 'the default of --cache-type-k and --cache-type-v' },
    });
  });

  it('splits over devices', async () => {
    expect(await json([LLAMA, '-c', '1k', '--tp', '16'])).toMatchObject({
      totalBytes: 2 * 1024 * 131_072,
      perDeviceBytes: (1024 * 131_072) / 8,
    });
  });
});

describe('kv estimate for people', () => {
  it('names the model, the size and where it goes', async () => {
    const { stdout } = await kv(['estimate', LLAMA, '-c', '128k']);
    expect(stdout).toContain('Llama-3.1-8B  LlamaForCausalLM, 32 layers');
    expect(stdout).toContain("128k tokens x 1 sequence, bf16 (the config's torch_dtype), engine ideal");
    expect(stdout).toContain('KV cache    16.0 GiB  (17,179,869,184 bytes)');
    expect(stdout).toMatch(/full +32 +131,072 +8\.00 GiB +8\.00 GiB +- +16\.0 GiB/);
  });

  it('explains its arithmetic where asked', async () => {
    const { stdout } = await kv(['estimate', LLAMA, '-c', '128k', '--explain']);
    expect(stdout).toContain('full: 32 layers x 131072 x 8 KV heads x (128 bf16 + 128 bf16)');
  });

  it('warns beyond what the model was made for, and of a rounded head', async () => {
    const long = await kv(['estimate', LLAMA, '-c', '256k']);
    expect(long.stdout).toContain('warning A context of 262144 tokens is longer than the 131072');
    const rounded = await kv(['estimate', '--emb-dim', '2048', '--n-heads', '24', '--n-layers', '1']);
    expect(rounded.stdout).toContain('head_dim is rounded up to 86');
  });

  it('does not let a name write over the terminal', async () => {
    const config = changedConfig('meta-llama/Llama-3.1-8B', { architectures: ['\u001b[2JEvil\u0007'] });
    const { stdout } = await kv(['estimate', '-'], { stdin: config });
    expect(stdout).toContain('Evil');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('kv estimate as CSV and Markdown', () => {
  it('prints one row with exact bytes as CSV', async () => {
    const { stdout } = await kv(['estimate', LLAMA, '-c', '1k', '--csv']);
    expect(stdout).toBe(
      'model,engine,context,sequences,key dtype,value dtype,total bytes,bytes per device,bytes per token\n' +
        'Llama-3.1-8B,ideal,1024,1,bf16,bf16,134217728,134217728,131072\n',
    );
  });

  it('prints one row as a Markdown table', async () => {
    const { stdout } = await kv(['estimate', LLAMA, '-c', '1k', '--markdown']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('| 128 MiB |');
  });
});

describe('colours', () => {
  it('are there where they are forced, and never in a pipe or with NO_COLOR', async () => {
    const colour = '\u001b[';
    expect((await kv(['estimate', LLAMA], { env: { FORCE_COLOR: '1' } })).stdout).toContain(colour);
    expect((await kv(['estimate', LLAMA])).stdout).not.toContain(colour);
    expect((await kv(['estimate', LLAMA], { env: { NO_COLOR: '1' } })).stdout).not.toContain(colour);
  });
});

describe('a path', () => {
  const folder = temporaryFolder();

  it('names a model after its file, where that has a name of its own', async () => {
    copyFileSync(join(LLAMA, 'config.json'), join(folder.path, 'my-model.json'));
    const { stdout } = await kv(['estimate', 'my-model.json', '--json'], { cwd: folder.path });
    expect(JSON.parse(stdout)).toMatchObject({ model: { name: 'my-model', source: 'my-model.json' } });
  });
});
