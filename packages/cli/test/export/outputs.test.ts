import { spawnSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIGS } from '../configs.js';
import { KV, kv, temporaryFolder } from '../kv.js';

const LLAMA = CONFIGS['meta-llama/Llama-3.1-8B'];

describe('an output', () => {
  const folder = temporaryFolder();
  const text = (name: string) => readFileSync(join(folder.path, name), 'utf8');
  const run = (...args: readonly string[]) => kv(args, { cwd: folder.path });

  it.each([
    { input: 'self.json', output: 'self.json' },
    { input: 'self.json', output: './self.json' },
    { input: 'self.json', output: 'link.json' },
    { input: 'self.json', output: 'hard.json' },
    { input: 'link.json', output: 'self.json' },
    { input: 'model', output: 'model/config.json' },
    { input: 'model/config.json', output: 'model/hf_quant_config.json' },
    { input: 'model', output: 'model/model.safetensors.index.json' },
  ])('never replaces what is read: $input, $output', async ({ input, output }) => {
    const config = join(folder.path, 'self.json');
    copyFileSync(join(LLAMA, 'config.json'), config);
    symlinkSync('self.json', join(folder.path, 'link.json'));
    linkSync(config, join(folder.path, 'hard.json'));
    mkdirSync(join(folder.path, 'model'));
    for (const name of ['config.json', 'hf_quant_config.json', 'model.safetensors.index.json']) {
      copyFileSync(config, join(folder.path, 'model', name));
    }
    const before = text(output);
    for (const command of ['plot', 'compare']) {
      const { code, stderr } = await run(command, input, '--out', output);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^kv: --out ".*" would replace a file that ".*" is read from\.\n$/),
      });
    }
    expect(text(output)).toBe(before);
  });

  it('never replaces what comes by standard input', async () => {
    copyFileSync(join(LLAMA, 'config.json'), join(folder.path, 'self.json'));
    const before = text('self.json');
    const line = `"${process.execPath}" "${KV}" plot - --out self.json < self.json`;
    expect(spawnSync('sh', ['-c', line], { cwd: folder.path })).toMatchObject({ status: 2 });
    expect(text('self.json')).toBe(before);
  });

  it("replaces what an earlier run wrote, also into a model's folder, and through a link", async () => {
    mkdirSync(join(folder.path, 'model'));
    copyFileSync(join(LLAMA, 'config.json'), join(folder.path, 'model', 'config.json'));
    symlinkSync('model/figure.json', join(folder.path, 'link.json'));
    for (const output of ['model/figure.json', 'model/figure.json', 'link.json']) {
      expect(await run('plot', 'model', '--out', output)).toMatchObject({ code: 0 });
    }
    expect(readdirSync(join(folder.path, 'model')).sort()).toEqual(['config.json', 'figure.json']);
    expect(JSON.parse(text('link.json'))).toHaveProperty('data');
  });
});
