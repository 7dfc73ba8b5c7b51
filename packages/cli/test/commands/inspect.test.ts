import { describe, expect, it } from 'vitest';
import { kv } from '../kv.js';

const GEMMA3 = JSON.stringify({
  model_type: 'gemma3_text',
  architectures: ['Gemma3ForCausalLM'],
  num_hidden_layers: 26,
  hidden_size: 1152,
  num_attention_heads: 4,
  num_key_value_heads: 1,
  head_dim: 256,
  sliding_window: 512,
  torch_dtype: 'bfloat16',
});

describe('kv inspect', () => {
  it('shows the picture, and which layers remember what', async () => {
    const { code, stdout, stderr } = await kv(['inspect', '-'], { stdin: GEMMA3 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('5x sliding(512) + 1x full, x4, + 2x sliding(512)\n');
    expect(stdout).toMatch(/sliding\(512\), 1 KV head x 256 +22 +0-4, 6-10, 12-16, 18-22, 24-25/);
    expect(stdout).toMatch(/full, 1 KV head x 256 +4 +5, 11, 17, 23/);
  });

  it('lists every layer as JSON', async () => {
    const { code, stdout } = await kv(['inspect', '-', '--json'], { stdin: GEMMA3 });
    expect(code).toBe(0);
    const answer = JSON.parse(stdout) as { layers: readonly unknown[]; [key: string]: unknown };
    expect(answer).toMatchObject({
      model: { architecture: 'Gemma3ForCausalLM' },
      picture: '5x sliding(512) + 1x full, x4, + 2x sliding(512)',
      numHiddenLayers: 26,
      kvCacheDtype: { dtype: 'bf16' },
      warnings: [],
    });
    expect(answer.layers).toHaveLength(26);
    expect(answer.layers[5]).toEqual({
      index: 5,
      label: 'full, 1 KV head x 256',
      kind: 'full',
      numKeyValueHeads: 1,
      keyHeadDim: 256,
      valueHeadDim: 256,
    });
  });

  it('prints each kind of layer as CSV', async () => {
    const { stdout } = await kv(['inspect', '-', '--csv'], { stdin: GEMMA3 });
    expect(stdout.split('\n')[0]).toBe('Remembers,Layers,Which');
  });

  it('shows a warning for an architecture that is not known', async () => {
    const stdin = GEMMA3.replace('gemma3_text', 'novel').replace('"sliding_window":512,', '');
    const { code, stdout } = await kv(['inspect', '-'], { stdin });
    expect(code).toBe(0);
    expect(stdout).toContain('26x full');
    expect(stdout).toMatch(/warning .*"novel" is not known/);
  });

  it('refuses what hints at another mechanism, in one sentence', async () => {
    const { code, stdout, stderr } = await kv(['inspect', '-'], {
      stdin: GEMMA3.replace('gemma3_text', 'novel'),
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^kv: .*"sliding_window".*\n$/);
  });
});
