import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIGS } from '../configs.js';
import { KV, kv, temporaryFolder } from '../kv.js';
import { readPdf } from '../pdf.js';

interface SeedFigure {
  readonly title: string;
  readonly subtitle: string;
  readonly file: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly contextLengths: readonly number[];
  readonly series: readonly { readonly label: string; readonly bytes: readonly number[] }[];
}

const seed = JSON.parse(
  readFileSync(new URL('../../../core/test/golden/seed-figure.json', import.meta.url), 'utf8'),
) as SeedFigure;

const SEED_FILES = [seed.file, 'kv_bytes_vs_context_length.html'];
const SEED_WARNING = 'warning emb_dim 2048 is not divisible by n_heads 24; head_dim is rounded up to 86.\n';

describe('kv plot', () => {
  const folder = temporaryFolder();
  const read = (name: string) => readFileSync(join(folder.path, name));

  it("draws the teaching script's figure: a table, the script's own file, and a page beside it", async () => {
    const { code, stdout, stderr } = await kv(['plot'], { cwd: folder.path });
    expect({ code, stderr }).toEqual({ code: 0, stderr: `${SEED_WARNING}Wrote ${SEED_FILES.join(', ')}\n` });
    expect(readdirSync(folder.path).sort()).toEqual([...SEED_FILES].sort());
    const [figure] = await readPdf(read(seed.file));
    expect(figure?.text).toContain(seed.title);
    expect(figure?.text).toContain(seed.subtitle);
    const rows = stdout.trimEnd().split('\n');
    expect(rows).toHaveLength(1 + seed.series.length * seed.contextLengths.length);
    expect(rows[0]).toMatch(/^series +context +KV cache +ratio +saved$/);
    expect(rows[10]).toMatch(/^MHA \(KV total\) +128k +51\.9 GB +1\.00x +0\.0%$/);
    expect(rows[50]).toMatch(/^GQA \(n_kv_groups=24, 24\.0× compression\) +128k +2\.16 GB +24\.00x +95\.8%$/);
    const page = read('kv_bytes_vs_context_length.html').toString();
    expect(page).toContain(`<title>${seed.title}</title>`);
    for (const { label } of seed.series) {
      expect(page).toContain(label);
    }
  });

  it('is titled after its model where there is one, on however many engines', async () => {
    const titleOf = async (...args: readonly string[]) => {
      await kv(['plot', ...args, '--out', 'title.json'], { cwd: folder.path });
      const { layout } = JSON.parse(read('title.json').toString()) as {
        readonly layout: { readonly title: { readonly text: string } };
      };
      return layout.title.text;
    };
    const [llama, deepseek] = [CONFIGS['meta-llama/Llama-3.1-8B'], CONFIGS['deepseek-ai/DeepSeek-V3']];
    expect(await titleOf(llama, '--engines', 'ideal,vllm')).toMatch(/^Llama-3\.1-8B: /);
    expect(await titleOf(llama, deepseek)).not.toContain('Llama');
    expect(await titleOf(llama, '--title', 'Mine')).toBe('Mine');
  });

  it('warns of what the engine warns of, and of contexts that the model was not made for', async () => {
    const gemma = 'google/gemma-2-9b';
    const flags = ['--engines', 'ideal,sglang', '--max-context', '256k', '--out', 'x.json'];
    const plot = await kv(['plot', gemma, ...flags], { cwd: folder.path });
    const warnings = plot.stderr.split('\n').filter((line) => line.startsWith('warning '));
    expect(warnings).toEqual([
      'warning A context of 262144 tokens is longer than the 8192 that the model was made for.',
      expect.stringMatching(/^warning gemma-2-9b on sglang: SGLang has no pool for the sliding layers/),
    ]);
  });

  it('prints its exact bytes as JSON and CSV', async () => {
    const json = await kv(['plot', '--json', '--out', 'x.json'], { cwd: folder.path });
    expect(JSON.parse(json.stdout)).toMatchObject({
      contextLengths: seed.contextLengths,
      series: seed.series.map(({ label, bytes }) => ({ label, totalBytes: bytes })),
    });
    const csv = await kv(['plot', '--csv', '--out', 'x.json'], { cwd: folder.path });
    expect(csv.stdout.split('\n')[10]).toBe('MHA (KV total),131072,51942260736,1.00x,0.0%');
  });

  it('writes the figure as plain Plotly JSON', async () => {
    await kv(['plot', '--out', 'x.json'], { cwd: folder.path });
    const { data, layout } = JSON.parse(read('x.json').toString()) as {
      readonly data: readonly { readonly name: string; readonly customdata: readonly number[] }[];
      readonly layout: { readonly title: { readonly text: string } };
    };
    expect(data.map(({ name, customdata }) => ({ label: name, bytes: customdata }))).toEqual(
      seed.series.map(({ label, bytes }) => ({ label, bytes })),
    );
    expect(layout.title.text).toBe(seed.title);
  });

  it('draws PDF, PNG and SVG in one go', async () => {
    const run = await kv(['plot', '--out', 'x.pdf', '--out', 'x.png', '--out', 'x.svg'], {
      cwd: folder.path,
    });
    expect(run).toMatchObject({ code: 0 });
    expect(readdirSync(folder.path).sort()).toEqual(['x.pdf', 'x.png', 'x.svg']);

    const pages = await readPdf(read('x.pdf'));
    expect(pages).toMatchObject([{ size: [720, 450], images: 0 }]);
    for (const text of [seed.title, seed.xLabel, seed.yLabel, ...seed.series.map(({ label }) => label)]) {
      expect(pages[0]?.text).toContain(text);
    }
    expect(read('x.pdf').toString('latin1')).toMatch(/\/FontFile[23]/);

    const png = read('x.png');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 1200]);

    const svg = read('x.svg').toString();
    expect(svg).toMatch(/^<svg [^>]*width="960"[^>]*height="600"/);
    expect(svg).toContain('GQA (n_kv_groups=4, 4.0× compression)');
  });

  it('draws published models to the longest context that one of them allows', async () => {
    const args = ['plot', ...Object.values(CONFIGS), '--min-context', '1k', '--json', '--out', 'x.json'];
    const { stdout } = await kv(args, { cwd: folder.path });
    const { contextLengths, series } = JSON.parse(stdout) as {
      readonly contextLengths: readonly number[];
      readonly series: readonly { readonly label: string; readonly totalBytes: readonly number[] }[];
    };
    expect(contextLengths.at(-1)).toBe(163_840);
    expect(series.map(({ label, totalBytes }) => [label, totalBytes[0]])).toEqual([
      ['Llama-3.1-8B', 134_217_728],
      ['DeepSeek-V3', 71_958_528],
    ]);
  });

  it('draws one line for each engine, named by it, with the bytes of an estimate on that engine', async () => {
    const llama = CONFIGS['meta-llama/Llama-3.1-8B'];
    const engines = ['ideal', 'vllm', 'llama.cpp'];
    const { code } = await kv(
      ['plot', llama, '--engines', engines.join(), '--max-context', '1000', '--out', 'engines.json'],
      { cwd: folder.path },
    );
    expect(code).toBe(0);
    const { data } = JSON.parse(read('engines.json').toString()) as {
      readonly data: readonly { readonly name: string; readonly customdata: readonly number[] }[];
    };
    expect(data.map(({ name }) => name)).toEqual(engines.map((engine) => `Llama-3.1-8B on ${engine}`));
    for (const [index, engine] of engines.entries()) {
      const { stdout } = await kv(['estimate', llama, '-c', '1000', '-e', engine, '--json']);
      expect(data[index]?.customdata.at(-1)).toBe((JSON.parse(stdout) as { totalBytes: number }).totalBytes);
    }
  });

  it('replaces an old file only with a whole new one', async () => {
    writeFileSync(join(folder.path, 'x.svg'), 'old');
    const { code } = await kv(['plot', '--out', 'x.svg'], { cwd: folder.path });
    expect(code).toBe(0);
    expect(read('x.svg').toString()).toMatch(/^<svg [\s\S]*<\/svg>$/);
    expect(readdirSync(folder.path)).toEqual(['x.svg']);
  });

  it('ends well when the reader of its output has seen enough', async () => {
    const child = spawn('sh', ['-c', `"${process.execPath}" "${KV}" plot --out x.json | head -1`], {
      cwd: folder.path,
    });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(stderr).toBe(`${SEED_WARNING}Wrote x.json\n`);
  });

  it('draws the page alone, and says why, where nobody asked for more and no browser works', async () => {
    const { code, stderr } = await kv(['plot'], {
      cwd: folder.path,
      env: { KV_BROWSER: '/no-such-browser' },
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Wrote kv_bytes_vs_context_length\.html alone: No browser works .*\.$/m);
    expect(readdirSync(folder.path)).toEqual(['kv_bytes_vs_context_length.html']);
  });

  it('prints its table before it needs a browser, and fails where a file that was asked for needs one', async () => {
    const args = ['plot', '--out', 'x.pdf', '--browser', '/no-such-browser'];
    const { code, stdout, stderr } = await kv(args, { cwd: folder.path });
    expect({ code, rows: stdout.trimEnd().split('\n').length }).toEqual({ code: 3, rows: 51 });
    expect(stderr).toMatch(/^kv: No browser works on this machine/m);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('writes nothing where models are named and no file is, nor for other programs', async () => {
    for (const args of [[CONFIGS['meta-llama/Llama-3.1-8B']], ['--json'], ['--csv']]) {
      const { code, stderr } = await kv(['plot', ...args], { cwd: folder.path });
      expect({ code, wrote: stderr.includes('Wrote') }).toEqual({ code: 0, wrote: false });
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
