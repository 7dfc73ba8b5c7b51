import { chmodSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIGS, changedConfig } from '../configs.js';
import { kv, type Surroundings, temporaryFolder } from '../kv.js';

const SIZE = ['--emb-dim', '64', '--n-heads', '4', '--n-layers', '2'];
const LLAMA = CONFIGS['meta-llama/Llama-3.1-8B'];

/** Exit code 2, nothing on stdout, and one line on stderr that says this. */
async function expectRefusal(args: readonly string[], message: string | RegExp, surroundings?: Surroundings) {
  const { code, stdout, stderr } = await kv(args, surroundings);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^kv: [^\n]*[.)]\n$/);
}

describe('numbers that make no sense', () => {
  it.each(['0', '-1', '1.5', 'NaN', 'Infinity', '', '1e3', '99999999999999999999', 'ten', '0x10'])(
    '--n-layers %j is refused by name',
    (value) => expectRefusal(['estimate', ...SIZE.slice(0, 4), `--n-layers=${value}`], /--n-layers is /),
  );

  it.each(['0', '-1', '1.0001k', 'NaN', '', 'k', '9999999999999999'])(
    '--context %j is refused by name',
    (value) =>
      value === '1.5k'
        ? kv(['estimate', ...SIZE, `--context=${value}`]).then(({ code }) => expect(code).toBe(0))
        : expectRefusal(['estimate', ...SIZE, `--context=${value}`], /--context is /),
  );

  it.each(['--sequences', '--tp', '--pp', '--dp', '--cp', '--head-dim', '--n-kv-groups', '--latent-dim'])(
    '%s 0 is refused by name',
    (flag) => expectRefusal(['estimate', ...SIZE, flag, '0'], new RegExp(`${flag} is 0|is "0"`)),
  );

  it('a result that would no longer be exact is refused', () =>
    expectRefusal(['estimate', ...SIZE, '-c', '1000000000M'], /2\^53 - 1/));
});

describe('geometry that makes no sense', () => {
  it('heads that groups do not divide', () =>
    expectRefusal(
      ['estimate', ...SIZE, '--n-kv-groups', '3'],
      'n_heads 4 is not divisible by n_kv_groups 3; choose a divisor of 4.',
    ));

  it('sizes that are missing', () =>
    expectRefusal(['estimate', '--emb-dim', '64'], /--n-heads is missing; geometry by hand needs/));

  it('a model and geometry together', () => expectRefusal(['estimate', LLAMA, ...SIZE], /not both/));

  it('several designs for one estimate', () =>
    expectRefusal(['estimate', ...SIZE, '--n-kv-groups', '2,4'], /several designs; "kv compare"/));

  it.each([
    [['--qk-rope-head-dim', '64'], /needs --kv-lora-rank/],
    [['--swa-ratio', '5:1'], /needs --sliding-window-size/],
    [['--latent-dim', '1', '--kv-lora-rank', '1'], /name the same size/],
    [['--sliding-window-size', '8', '--swa-ratio', '0:0'], /--swa-ratio is "0:0"/],
  ])('%j', (flags, message) => expectRefusal(['estimate', ...SIZE, ...flags], message));
});

describe('words that are not known', () => {
  it.each([
    [['estimate', ...SIZE, '--kv-dtype', 'bf61'], /Unknown dtype "bf61"; did you mean bf16\?/],
    [['estimate', ...SIZE, '--engine', 'ideel'], /Unknown engine "ideel"; did you mean ideal\?/],
    [['estimate', ...SIZE, '--contxt', '1'], /unknown option '--contxt' \(Did you mean --context\?\)/],
    [['estimate', ...SIZE, '--engin', 'vllm'], /unknown option '--engin' \(Did you mean --engine\?\)/],
    [['estimate', ...SIZE, '--kv-dtyp', 'fp8'], /unknown option '--kv-dtyp' \(Did you mean --kv-dtype\?\)/],
    [['estimate', ...SIZE, '--engine', 'vlm'], /Unknown engine "vlm"; did you mean vllm\?/],
    [
      ['estimate', ...SIZE, '--ubatch-siz', '1'],
      /unknown option '--ubatch-siz' \(Did you mean --ubatch-size\?\)/,
    ],
    [
      ['estimate', ...SIZE, '--engine', 'llama.cpp', '--flash-attn', 'onn'],
      /--flash-attn is "onn"; .*did you mean on\?/,
    ],
    [['estimate', 'meta-lama/Llama-3.1-8B'], /the nearest: meta-llama\/Llama-3\.1-8B/],
    [['estimate', ...SIZE, '--max-modl-len', '1'], /"--max-modl-len"; did you mean --max-model-len\?/],
    [['estmate', ...SIZE], /Unknown command "estmate"; did you mean estimate\?/],
    [['estmate'], /Unknown command "estmate"; did you mean estimate\?/],
    [['--hlep'], /Unknown option "--hlep"; did you mean --help\?/],
    [['completion', 'bsh'], /Unknown shell "bsh"; did you mean bash\?/],
    [['plot', '--theme', 'drak', '--out', 'x.json'], /did you mean dark\?/],
    [['web', '--port', '0', '--no-open'], /--port is "0"; it must be a number from 1 to 65535/],
    [['estimate'], /No model is given/],
    [['compare'], /No model is given/],
    [['estimate', LLAMA, LLAMA], /too many arguments/],
    [['estimate', ...SIZE, '--json', '--csv'], /Choose one of --json and --csv/],
    [['plot', '--theme', 'blue', '--out', 'x.json'], /--theme is "blue"; it must be light or dark/],
    [
      ['plot', '--min-context', '4k', '--max-context', '1k', '--out', 'x.json'],
      /longest context length is 1024/,
    ],
  ])('%j', (args, message) => expectRefusal(args, message));
});

describe('configs that make no sense', () => {
  const folder = temporaryFolder();
  const refuse = (content: string | Buffer, message: RegExp) =>
    expectRefusal(['estimate', '-'], message, { stdin: content });

  it.each(['', '{', '[1, 2', 'null', '[]', '"text"', '42', '<html>'])('the text %j', (text) =>
    refuse(text, /standard input: /),
  );

  it('binary rubbish', () => refuse(Buffer.from([0, 255, 254, 7, 0]), /not valid JSON/));

  it('a config that ends in the middle', () =>
    refuse(changedConfig('meta-llama/Llama-3.1-8B', {}).slice(0, 300), /not valid JSON/));

  it.each(['hidden_size', 'num_attention_heads', 'num_hidden_layers'])('one without %s', (field) =>
    refuse(
      changedConfig('meta-llama/Llama-3.1-8B', { [field]: undefined }),
      new RegExp(`has no "(${field}|head_dim)"`),
    ),
  );

  it.each([0, -1, 1.5, '32', true, {}, [], 1e18])('one with %j layers', (value) =>
    refuse(
      changedConfig('meta-llama/Llama-3.1-8B', { num_hidden_layers: value }),
      /num_hidden_layers|layers/,
    ),
  );

  it('a config of 100 MB, without reading it all', async () => {
    const path = join(folder.path, 'config.json');
    writeFileSync(path, '{');
    truncateSync(path, 100 * 2 ** 20);
    await expectRefusal(['estimate', path], /larger than 16 MiB, so it is not a config.json/);
  });

  it('a path that names nothing', () => expectRefusal(['estimate', join(folder.path, 'none')], /none"/));

  it('a folder without a config', () => expectRefusal(['estimate', folder.path], /holds no config.json/));
});

describe('outputs that cannot be written', () => {
  const folder = temporaryFolder();

  it('an unknown extension', () =>
    expectRefusal(['plot', '--out', 'figure.gif'], /must be one of \.html, \.pdf, \.png, \.svg, \.json/, {
      cwd: folder.path,
    }));

  it('an extension that is mistyped, or not one of the command', async () => {
    await expectRefusal(['plot', '--out', 'figure.pfd'], /did you mean \.pdf\?/, { cwd: folder.path });
    await expectRefusal(
      ['compare', LLAMA, '--out', 'report.svg'],
      /must be one of \.csv, \.json, \.md, \.html, \.pdf/,
      {
        cwd: folder.path,
      },
    );
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('a folder that does not exist', () =>
    expectRefusal(['plot', '--out', join(folder.path, 'no', 'x.html')], /the folder ".*no" does not exist/));

  it('a folder in the place of the file', async () => {
    mkdirSync(join(folder.path, 'x.html'));
    await expectRefusal(['plot', '--out', 'x.html'], /not a file that can be replaced/, { cwd: folder.path });
  });

  it('one bad output of several: nothing is written', async () => {
    await expectRefusal(['plot', '--out', 'a.json', '--out', 'no/b.json'], /folder "no"/, {
      cwd: folder.path,
    });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('a model that fails leaves the old file as it was', async () => {
    const old = join(folder.path, 'x.html');
    writeFileSync(old, 'old');
    await expectRefusal(['plot', '--n-heads', '0', '--out', old], /--n-heads/);
    expect(readFileSync(old, 'utf8')).toBe('old');
    expect(readdirSync(folder.path)).toEqual(['x.html']);
  });

  it.skipIf(process.getuid?.() === 0)('a folder that may not be written to', async () => {
    chmodSync(folder.path, 0o555);
    await expectRefusal(['plot', '--out', join(folder.path, 'x.html')], /cannot be written to/);
    chmodSync(folder.path, 0o755);
  });
});

describe('a machine without a browser', () => {
  const folder = temporaryFolder();

  it.each([['plot'], ['compare', LLAMA]])(
    'is told what to do, with exit code 3, and the old file is as it was: %j',
    async (...command) => {
      writeFileSync(join(folder.path, 'x.pdf'), 'old');
      const args = [...command, '--out', 'x.pdf', '--out', 'y.json'];
      const run = await kv(args, { cwd: folder.path, env: { KV_BROWSER: '/no/browser' } });
      expect(run.code).toBe(3);
      expect(run.stderr).toMatch(/^kv: .*\/no\/browser.*npx playwright install chromium.*\n$/m);
      expect(readdirSync(folder.path)).toEqual(['x.pdf']);
      expect(readFileSync(join(folder.path, 'x.pdf'), 'utf8')).toBe('old');
    },
  );
});
