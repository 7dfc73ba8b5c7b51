import { describe, expect, it } from 'vitest';
import { CONFIGS } from '../configs.js';
import { kv } from '../kv.js';

const LLAMA = CONFIGS['meta-llama/Llama-3.1-8B'];
const DEEPSEEK = CONFIGS['deepseek-ai/DeepSeek-V3'];

describe('kv compare', () => {
  it('measures models against the first', async () => {
    const { code, stdout } = await kv(['compare', LLAMA, DEEPSEEK, '-c', '1k', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      rows: [
        { label: 'Llama-3.1-8B', totalBytes: 134_217_728, ratio: 1, savings: 0 },
        {
          label: 'DeepSeek-V3',
          totalBytes: 71_958_528,
          ratio: 134_217_728 / 71_958_528,
          savings: 1 - 71_958_528 / 134_217_728,
        },
      ],
    });
  });

  it('shows dtypes and why they are so, where rows differ in them', async () => {
    const differ = await kv(['compare', LLAMA, '--engines', 'ideal,llama.cpp', '-c', '1k']);
    expect(differ.stdout).toMatch(/^Model +Engine +Dtype +KV cache/);
    expect(differ.stdout).toMatch(/^Llama-3\.1-8B on llama\.cpp +llama\.cpp +fp16 /m);
    expect(differ.stdout).toMatch(/^bf16: the config's torch_dtype$/m);
    expect(differ.stdout).toMatch(/^fp16: the default of --cache-type-k/m);
    const same = await kv(['compare', LLAMA, '--engines', 'ideal,llama.cpp', '--kv-dtype', 'q8_0']);
    expect(same.stdout).toMatch(/^Model +Engine +KV cache/);
    expect(same.stdout).not.toContain('as asked');
  });

  it('shows MHA, and every design that the flags ask for', async () => {
    const { stdout } = await kv([
      ...['compare', '--emb-dim', '4096', '--n-heads', '32', '--n-layers', '32', '-c', '32k'],
      ...[
        '--n-kv-groups',
        '4,32',
        '--latent-dim',
        '576',
        '--sliding-window-size',
        '1024',
        '--swa-ratio',
        '5:1',
      ],
    ]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Model +Engine +KV cache +Per token +Smaller +Saved$/);
    expect(lines.slice(1).map((line) => line.split(/ {2,}/)[0])).toEqual([
      'MHA (KV total)',
      'GQA (n_kv_groups=4, 4.0× compression)',
      'GQA (n_kv_groups=32, 32.0× compression)',
      'MLA (latent_dim=576, 14.2× compression)',
      'MHA + SWA (window=1024, 5:1)',
      'GQA (n_kv_groups=4) + SWA (window=1024, 5:1)',
      'GQA (n_kv_groups=32) + SWA (window=1024, 5:1)',
    ]);
    expect(lines[2]).toMatch(/4\.00 GiB +128 KiB +4\.00x +75\.0%$/);
  });

  it('prints exact bytes as CSV and a table as Markdown', async () => {
    const csv = await kv(['compare', LLAMA, DEEPSEEK, '-c', '1k', '--csv']);
    expect(csv.stdout.split('\n')[2]).toBe(
      'DeepSeek-V3,ideal,1024,1,bf16,bf16,71958528,71958528,70272,1.87x,46.4%',
    );
    const markdown = await kv(['compare', LLAMA, DEEPSEEK, '-c', '1k', '--markdown']);
    expect(markdown.stdout.split('\n')[3]).toMatch(/^\| DeepSeek-V3 +\|.*\| 46\.4% \|$/);
  });
});
