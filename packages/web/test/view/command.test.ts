import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CHARTS,
  DEFAULT_STATE,
  DEFAULT_USE,
  type Row,
  SEED_DESIGN,
  type State,
} from '../../src/state/state.js';
import { commandOf } from '../../src/view/command.js';
import { viewOf } from '../../src/view/view.js';
import { LIBRARY } from '../models.js';

const KV = fileURLToPath(new URL('../../../cli/dist/kv.js', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../../cli/test/configs/Llama-3.1-8B/config.json', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kv-web-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs what the page says to copy, in a shell, each line with more flags behind it. */
function run(commands: string, flags = ''): readonly string[] {
  return commands.split('\n').map((command) => {
    const script = `kv() { "$NODE" "$KV" "$@"; }\n${command} ${flags}`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE: process.execPath, KV, NO_COLOR: '1' },
    });
    expect({ command, status, error: status === 0 ? '' : stderr }).toEqual({ command, status: 0, error: '' });
    return stdout;
  });
}

const llama: Row = { ...DEFAULT_USE, kind: 'model', model: 'meta-llama/Llama-3.1-8B' };
const used: Row = {
  ...{ ...llama, model: 'openai/gpt-oss-20b', engine: 'vllm', keyDtype: 'fp8_e4m3' },
  devices: { ...DEFAULT_USE.devices, tp: '2' },
  settings: { 'block-size': '32', 'async-scheduling': 'off', 'enable-prefix-caching': 'on' },
};
const llamaCpp: Row = {
  ...{ ...llama, engine: 'llama.cpp', keyDtype: 'q8_0', valueDtype: 'q8_0' },
  settings: { 'flash-attn': 'on', 'swa-full': 'on', 'ubatch-size': '256' },
};
const rows: readonly Row[] = [llama, used, llamaCpp, { ...llama, model: 'DeepSeek-V3' }, SEED_DESIGN];
const state: State = { ...DEFAULT_STATE, rows, context: '64k', sequences: '4', gpu: 'h100-sxm' };

describe('the command to copy', () => {
  it.each(CHARTS)('runs as it is for the chart %s', (chart) => {
    const models = rows.filter(({ kind }) => kind === 'model' || chart !== 'fit');
    run(commandOf({ ...state, chart, rows: models, xAxis: 'linear', minContext: '1k' }, LIBRARY));
  });

  it('is one for all rows that are used alike', () => {
    expect(
      commandOf(
        { ...state, chart: 'savings', rows: [llama, used, { ...llama, model: 'DeepSeek-V3' }] },
        LIBRARY,
      ),
    ).toBe(
      'kv compare meta-llama/Llama-3.1-8B DeepSeek-V3 --context 64k --sequences 4\n' +
        'kv compare openai/gpt-oss-20b --engine vllm --kv-dtype fp8_e4m3 --tp 2 --block-size 32 --no-async-scheduling --enable-prefix-caching --context 64k --sequences 4',
    );
  });

  it("prints the page's own numbers", () => {
    for (const gpus of ['1', '4']) {
      const shown: State = { ...state, chart: 'savings', rows: [used, llamaCpp, SEED_DESIGN], gpus };
      const found = viewOf(shown, LIBRARY, { theme: 'light', size: 'wide' });
      const printed = run(commandOf(shown, LIBRARY), '--json').flatMap((text) => {
        const parsed = JSON.parse(text) as { readonly rows: readonly { readonly totalBytes: number }[] };
        return parsed.rows.map(({ totalBytes }) => totalBytes);
      });
      expect('cases' in found ? found.cases.map(({ allocation }) => allocation.totalBytes) : []).toEqual(
        printed,
      );
    }
  });

  it("prints the page's own answer to what fits", () => {
    const shown: State = {
      ...{ ...state, chart: 'fit', gpus: '2', overhead: '3GiB', utilization: '0.8' },
      rows: [{ ...llama, engine: 'vllm', weightDtype: 'int4' }],
    };
    const found = viewOf(shown, LIBRARY, { theme: 'light', size: 'wide' });
    const [printed = '{}'] = run(commandOf(shown, LIBRARY), '--json');
    const data = ('chart' in found ? found.chart.data : []) as readonly {
      readonly rows: readonly {
        readonly fit: { readonly mostSequences: object; readonly largestContext: object };
      }[];
    }[];
    const { mostSequences, largestContext } = JSON.parse(printed);
    expect(data[0]?.rows[0]?.fit.mostSequences).toMatchObject({ numSequences: mostSequences.numSequences });
    expect(data[0]?.rows[0]?.fit.largestContext).toMatchObject({
      contextLength: largestContext.contextLength,
    });
  });

  it('takes dropped files from where it runs, whatever they are called', () => {
    const name = "it's $HOME; `x`.json";
    copyFileSync(CONFIG, join(folder, name));
    const local: Row = { ...llama, model: `file:${name}` };
    const [printed = ''] = run(commandOf({ ...state, chart: 'pools', rows: [local] }, LIBRARY), '--json');
    expect(JSON.parse(printed)).toMatchObject({ totalBytes: 4 * 65_536 * 131_072 });
  });
});
