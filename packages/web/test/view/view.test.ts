import {
  budgetNamed,
  type Devices,
  engineNamed,
  estimate,
  fit,
  fullestOf,
  readDeployment,
  settle,
  weightsInFormat,
} from '@kv/core';
import { findEntry, modelFromEntry } from '@kv/core/catalogue';
import { gpuNamed, gpusNamed } from '@kv/core/gpus';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadGpus } from '../../src/library/gpus.js';
import { parseAddress } from '../../src/state/address.js';
import {
  CHARTS,
  DEFAULT_STATE,
  DEFAULT_USE,
  type Row,
  SEED_DESIGN,
  type State,
} from '../../src/state/state.js';
import { sentenceText as text } from '../../src/view/answer.js';
import { type NoView, type View, viewOf } from '../../src/view/view.js';
import { state } from '../arbitraries.js';
import { LIBRARY } from '../models.js';

beforeAll(loadGpus);

const LOOK = { theme: 'light', size: 'wide' } as const;

const view = (part: Partial<State> = {}, look: Parameters<typeof viewOf>[2] = LOOK): View => {
  const found = viewOf({ ...DEFAULT_STATE, ...part }, LIBRARY, look);
  if (!('chart' in found)) {
    throw new Error(`There is no view: ${found.problem} ${JSON.stringify(found.rows)}`);
  }
  return found;
};

const model = (name: string, use: Partial<Row> = {}): Row => ({
  ...DEFAULT_USE,
  ...use,
  kind: 'model',
  model: name,
});

describe('what a state means', () => {
  it('is a picture with its numbers and an answer, or sentences for people, whatever is typed', () => {
    fc.assert(
      fc.property(state, (any) => {
        const found = viewOf(any, LIBRARY, LOOK);
        if ('chart' in found) {
          expect(text(found.answer)).toMatch(/\.$/);
          expect(found.rows).toHaveLength(any.rows.length);
          for (const { cells } of found.chart.table.rows) {
            expect(cells).toHaveLength(found.chart.table.heads.length - 1);
          }
        } else {
          const problems = found.rows.map((row) => (row.status === 'problem' ? row.message : 'other'));
          expect([...problems, found.problem].join('')).not.toBe('');
        }
      }),
    );
  });

  it('opens with a known model, its memory, and how often a GPU holds it', () => {
    expect(text(view().answer)).toBe(
      'Llama-3.1-8B at 128k: 16.0 GiB per sequence; an NVIDIA H100 SXM 80GB holds 3 beside the weights.',
    );
  });

  it.each([
    [{ gpu: '' }, 'Llama-3.1-8B at 128k: 16.0 GiB per sequence.'],
    [
      { gpu: 'rtx-4090' },
      'Llama-3.1-8B at 128k: 16.0 GiB per sequence; an NVIDIA GeForce RTX 4090 holds 53,759 tokens beside the weights.',
    ],
    [
      { gpus: '4', sequences: '4' },
      'Llama-3.1-8B at 128k: 64.0 GiB for 4 sequences; 4 NVIDIA H100 SXM 80GB hold 18 beside the weights.',
    ],
    [
      { rows: [model('DeepSeek-V3')] },
      'DeepSeek-V3 at 128k: 8.58 GiB per sequence; the weights alone are more than an NVIDIA H100 SXM 80GB holds.',
    ],
  ] as const)('answers %j in one sentence', (part, sentence) => {
    expect(text(view(part).answer)).toBe(sentence);
  });

  it('compares rows with the first, and names what differs', () => {
    const rows = [
      model('Llama-3.1-8B'),
      model('Llama-3.1-8B', { engine: 'vllm', keyDtype: 'fp8_e4m3', settings: { 'block-size': '32' } }),
    ];
    const found = view({ rows, context: '1000' });
    expect(text(found.answer)).toBe(
      'At 1000 tokens, Llama-3.1-8B takes 125 MiB; Llama-3.1-8B (vllm, fp8_e4m3, block-size 32) takes 64.0 MiB, 1.95x less.',
    );
    expect(found.rows.map((row) => (row.status === 'ready' ? row.results[0]?.saving : ''))).toEqual([
      '',
      '1.95x less',
    ]);
  });

  it('draws every design that a geometry asks for, with the title of the teaching script', () => {
    const found = view({ rows: [SEED_DESIGN], units: 'GB', gpu: '' });
    expect(found.cases.map(({ kind }) => kind)).toEqual(['mha', 'gqa', 'gqa', 'gqa', 'gqa']);
    expect(found.chart.figure.layout).toMatchObject({
      title: { text: 'KV-cache vs Context Length — MHA vs GQA (multi-group)' },
    });
    expect(found.rows[0]).toMatchObject({
      warnings: ['emb_dim 2048 is not divisible by n_heads 24; head_dim is rounded up to 86.'],
    });
  });

  it('leaves rows alone that mean something beside one that does not', () => {
    const found = view({
      rows: [model('Llama-3.1-8B'), model('hf:a/b'), model('Llama-3.1-8B', { engine: 'x' })],
    });
    expect(found.rows.map(({ status }) => status)).toEqual(['ready', 'unrequested', 'problem']);
    expect(found.cases).toHaveLength(1);
  });

  it('has the same exact numbers in every chart, its table and its data', () => {
    const rows = [model('gemma-4-26B-A4B'), model('gpt-oss-20b', { engine: 'llama.cpp' })];
    const byChart = CHARTS.map((chart) => view({ rows, chart, context: '64k', gpu: 'h100-sxm,rtx-4090' }));
    for (const { cases, chart } of byChart) {
      for (const item of cases) {
        expect(item.allocation).toEqual(estimate(item.model, item.workload, item.engine));
      }
      const exact = JSON.stringify(chart.data);
      for (const { bytes } of chart.table.rows.flatMap(({ cells }) => cells)) {
        if (bytes !== undefined && chart.chart !== 'layers') {
          expect(exact).toContain(String(bytes));
        }
      }
      expect(JSON.parse(JSON.stringify(chart.figure))).toEqual(chart.figure);
    }
  });

  it.each([
    ['sequences', '0'],
    ['context', 'long'],
    ['gpus', 'x'],
    ['min-context', '1M'],
    ['max-context', '1.5'],
  ])('names the field %s where it is %j', (field, value) => {
    const { state: parsed } = parseAddress(`?${new URLSearchParams({ v: '2', [field]: value })}`);
    expect((viewOf(parsed, LIBRARY, LOOK) as NoView).problem).toMatch(new RegExp(`^${field} is`));
  });

  it.each([
    ['emb-dim', 'x'],
    ['n-layers', ''],
    ['head-dim', '1.5'],
    ['latent-dim', '-1'],
    ['swa-ratio', '1:1'],
    ['recurrent-ratio', '0:0'],
  ] as const)('names the knob %s where it is %j', (knob, value) => {
    const rows = [{ ...SEED_DESIGN, knobs: { ...SEED_DESIGN.knobs, [knob]: value } }];
    const found = viewOf({ ...DEFAULT_STATE, rows }, LIBRARY, LOOK);
    expect(found.rows).toMatchObject([
      { status: 'problem', message: expect.stringMatching(new RegExp(`^${knob.replace('-', '_')} `)) },
    ]);
  });

  it('asks for weights where what fits depends on them', () => {
    const found = view({ rows: [SEED_DESIGN], chart: 'fit' });
    expect(found.chart.notes?.[0]).toContain('give their size, such as 16GB');
    const given = view({ rows: [{ ...SEED_DESIGN, weights: '5GB' }], chart: 'fit' });
    expect(given.chart.notes).toEqual([]);
    expect(given.chart.table.rows.length).toBeGreaterThan(0);
    expect(view({ chart: 'fit', gpu: '' }).chart.notes).toEqual(['Choose a GPU to see what it holds.']);
  });

  it.each([
    ['sglang', { 'mem-fraction-static': '0.85' }],
    ['vllm', { 'max-num-seqs': '64' }],
    ['llama.cpp', { 'batch-size': '1024' }],
    ['transformers', {}],
  ])('finds on %s what the command with the same flags finds', (engine, settings) => {
    const found = view({ rows: [model('Llama-3.1-8B', { engine, settings })], chart: 'fit', context: '32k' });
    const entry = findEntry('Llama-3.1-8B');
    const deployment = readDeployment(
      { model: 'Llama-3.1-8B', engine, settings, gpu: 'h100', context: '32k', sequences: '1' },
      { gpusNamed },
    );
    const { devices, ...settled } = settle(deployment, {
      ...{
        model: modelFromEntry(entry as NonNullable<typeof entry>),
        engineNamed,
        weightsInFormat,
        gpuNamed,
      },
    });
    const { budget } = fit({ ...settled, devices: devices as Devices, budget: budgetNamed(engine) });
    const [row] = found.chart.table.rows;
    expect(row?.cells[1]?.bytes).toBe(fullestOf(budget).available.bytes);
  });

  it('draws in the colours of the page', () => {
    expect(view({}, { ...LOOK, theme: 'dark' }).chart.figure.layout.paper_bgcolor).not.toBe(
      view().chart.figure.layout.paper_bgcolor,
    );
  });
});
