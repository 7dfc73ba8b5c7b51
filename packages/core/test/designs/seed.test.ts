import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import {
  groupedQueryAttention,
  multiHeadAttention,
  multiHeadLatentAttention,
  parseLayerRatio,
  slidingWindowAttention,
} from '../../src/designs/attention.js';
import { designs, SEED_CONTEXT_RANGE, SEED_KNOBS } from '../../src/designs/designs.js';
import { ideal } from '../../src/engines/ideal/engine.js';
import { estimate } from '../../src/estimate/estimate.js';
import { doublingLengths, sweep } from '../../src/estimate/sweep.js';
import { contextFigure } from '../../src/figures/context.js';
import { parseDtype } from '../../src/model/dtype.js';
import type { Model } from '../../src/model/model.js';

interface SeedFigure {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly contextLengths: readonly number[];
  readonly series: readonly {
    readonly label: string;
    readonly bytes: readonly number[];
    readonly gbRounded: readonly number[];
  }[];
}

interface SeedCase {
  readonly context_length: number;
  readonly emb_dim: number;
  readonly n_heads: number;
  readonly n_layers: number;
  readonly n_kv_groups: number;
  readonly batch_size: number;
  readonly dtype: string;
  readonly latent_dim: number;
  readonly sliding_window_size: number;
  readonly swa_ratio: string;
  readonly expected: Readonly<
    Record<'head_dim' | 'mha' | 'gqa' | 'mla' | 'mha_swa' | 'gqa_swa' | 'n_swa_layers', number>
  >;
}

function golden<Golden>(file: string): Golden {
  return JSON.parse(readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8')) as Golden;
}

describe("the teaching script's figure", () => {
  const seed = golden<SeedFigure>('seed-figure.json');
  const cases = designs(SEED_KNOBS).map(({ label, model }) => ({
    label,
    model,
    workload: DEFAULT_WORKLOAD,
    engine: ideal,
  }));
  const result = sweep(cases, doublingLengths(SEED_CONTEXT_RANGE.minimum, SEED_CONTEXT_RANGE.maximum));
  const { data, layout } = contextFigure(result);

  it('has its series, in order, to the letter', () => {
    expect(data.map(({ name }) => name)).toEqual(seed.series.map(({ label }) => label));
  });

  it('has its bytes at its context lengths, exactly', () => {
    expect(result.contextLengths).toEqual(seed.contextLengths);
    expect(result.series.map(({ totalBytes }) => [...totalBytes])).toEqual(
      seed.series.map(({ bytes }) => bytes),
    );
    expect(data.map(({ y }) => y.map((gigabytes) => Number(gigabytes.toFixed(2))))).toEqual(
      seed.series.map(({ gbRounded }) => gbRounded),
    );
  });

  it('has its title and axes', () => {
    expect(layout).toMatchObject({
      title: { text: seed.title },
      xaxis: { type: 'log', title: { text: seed.xLabel } },
      yaxis: { type: 'linear', title: { text: seed.yLabel } },
    });
  });
});

describe("the teaching scripts' estimators", () => {
  const { cases } = golden<{ readonly cases: readonly SeedCase[] }>('seed-estimators.json');

  it.each(cases)('%#: $n_layers layers, $n_heads heads, $dtype, $swa_ratio', (seed) => {
    const size = { embDim: seed.emb_dim, nHeads: seed.n_heads, nLayers: seed.n_layers };
    const { n_kv_groups: nKvGroups, sliding_window_size: slidingWindowSize } = seed;
    const swa = { ...size, slidingWindowSize, swaRatio: parseLayerRatio(seed.swa_ratio) };
    const dtype = parseDtype(seed.dtype);
    const workload = {
      ...DEFAULT_WORKLOAD,
      contextLength: seed.context_length,
      numSequences: seed.batch_size,
      keyDtype: dtype,
      valueDtype: dtype,
    };
    const bytes = (model: Model) => estimate(model, workload).totalBytes;
    const mha = multiHeadAttention(size);
    const gqaSwa = slidingWindowAttention({ ...swa, nKvGroups });
    const [layer] = mha.layers;
    expect({
      head_dim: layer?.kind === 'full' ? layer.keyHeadDim : undefined,
      mha: bytes(mha),
      gqa: bytes(groupedQueryAttention({ ...size, nKvGroups })),
      mla: bytes(multiHeadLatentAttention({ ...size, kvLoraRank: seed.latent_dim })),
      mha_swa: bytes(slidingWindowAttention({ ...swa, nKvGroups: 1 })),
      gqa_swa: bytes(gqaSwa),
      n_swa_layers: gqaSwa.layers.filter(({ kind }) => kind === 'sliding').length,
    }).toEqual(seed.expected);
  });
});
