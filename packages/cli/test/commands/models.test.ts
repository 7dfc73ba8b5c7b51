import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIGS } from '../configs.js';
import { kv, temporaryFolder } from '../kv.js';

const folder = temporaryFolder();

interface Listed {
  readonly id: string;
  readonly contextLength: number;
  readonly bytesPerToken: number;
  readonly totalBytes: number;
}

describe('kv models', () => {
  it('lists the whole catalogue', async () => {
    const { code, stdout, stderr } = await kv(['models']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Model +Architecture +Layers +Per token +Context +KV cache\n/);
    expect(stdout.split('\n').length).toBeGreaterThan(70);
  });

  it('finds what has every word, in any order', async () => {
    const { stdout } = await kv(['models', '70b', 'LLAMA']);
    expect(stdout).toMatch(/^meta-llama\/Llama-3\.1-70B +Llama +80x full +320 KiB +128k +40\.0 GiB$/m);
    expect(stdout).not.toContain('8B');
  });

  it('prints exact bytes as JSON, the same that kv estimate counts', async () => {
    const { models } = JSON.parse((await kv(['models', 'deepseek-v3', '--json'])).stdout) as {
      models: readonly Listed[];
    };
    expect(models.length).toBeGreaterThan(1);
    for (const { id, contextLength, bytesPerToken, totalBytes } of models) {
      const { stdout } = await kv(['estimate', id, '--context', String(contextLength), '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ model: { id }, bytesPerToken, totalBytes });
    }
  });

  it('prints CSV and Markdown', async () => {
    expect((await kv(['models', 'gpt-oss-20b', '--csv'])).stdout).toMatch(
      /^model,architecture,layers,KV dtype,bytes per token,context,total bytes,source\nopenai\/gpt-oss-20b,GptOssForCausalLM,"1x sliding\(128\) \+ 1x full, x12",bf16,24576,131072,3224371200,/,
    );
    expect((await kv(['models', 'gpt-oss-20b', '--markdown'])).stdout).toMatch(/^\| model +\| architecture/);
  });

  it('names the nearest ones where nothing matches', async () => {
    const { code, stdout, stderr } = await kv(['models', 'lhama-3.1-8b']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^kv: No model of the catalogue matches "lhama-3\.1-8b"; the nearest: meta-llama\/Llama-3\.1-8B[^\n]*\n$/,
    );
  });
});

describe('a model argument', () => {
  const idOf = async (argument: string) => {
    const { stdout, stderr } = await kv(['inspect', argument, '--json'], { cwd: folder.path });
    return stderr === '' ? (JSON.parse(stdout) as { model: { id: string } }).model.id : stderr;
  };

  it.each(['meta-llama/Llama-3.1-8B', 'llama-3.1-8b', 'META-LLAMA/META-LLAMA-3.1-8B'])(
    'is found in the catalogue: %s',
    async (argument) => {
      expect(await idOf(argument)).toBe('meta-llama/Llama-3.1-8B');
    },
  );

  it('is a path first, where there is one', async () => {
    mkdirSync(join(folder.path, 'deepseek-ai'));
    cpSync(CONFIGS['meta-llama/Llama-3.1-8B'], join(folder.path, 'deepseek-ai/DeepSeek-V3'), {
      recursive: true,
    });
    const { stdout } = await kv(['inspect', 'deepseek-ai/DeepSeek-V3'], { cwd: folder.path });
    expect(stdout).toContain('32x full');
  });

  it('is a folder with its quantization beside the config', async () => {
    cpSync(CONFIGS['meta-llama/Llama-3.1-8B'], folder.path, { recursive: true });
    const beside = join(folder.path, 'hf_quant_config.json');
    writeFileSync(beside, '{"quantization": {"quant_algo": "FP8", "kv_cache_quant_algo": "FP8"}}');
    expect((await kv(['inspect', '.'], { cwd: folder.path })).stdout).toContain('KV cache in fp8_e4m3');
    writeFileSync(beside, '{');
    expect((await kv(['inspect', '.'], { cwd: folder.path })).stderr).toMatch(
      /^kv: hf_quant_config\.json: This is not valid JSON[^\n]*\n$/,
    );
  });

  it('is refused in one sentence where it is nothing, with the nearest models and the hub named', async () => {
    expect(await idOf('meta-llama/Llama-3.1-9B')).toMatch(
      /^kv: "meta-llama\/Llama-3\.1-9B" is neither [^\n]*meta-llama\/Llama-3\.1-8B[^\n]*hf:meta-llama\/Llama-3\.1-9B[^\n]*\.\n$/,
    );
    expect(await idOf('no/such/config.json')).toMatch(
      /^kv: "no\/such\/config\.json" is neither [^\n]*hf:org\/name[^\n]*\n$/,
    );
  });

  it('is refused where several models have that tail', async () => {
    expect(await idOf('8B')).toMatch(/^kv: "8B" may be [^\n]*Qwen\/Qwen3-8B[^\n]*\n$/);
  });
});
