import type { Workload } from '../../deployment/workload.js';
import { dtypeOf, rowBytes } from '../../model/dtype.js';
import {
  type CompressedLayer,
  type Layer,
  type Memory,
  memoriesOf,
  type RecurrentLayer,
} from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { remember } from '../../model/remember.js';
import type { PoolRule } from '../contract.js';
import type { CellRules, Cells } from './cells.js';
import { type Widths, widthsOf } from './widths.js';

/** What the size of a cache depends on, beside the layers in it. */
export interface PoolContext {
  readonly model: Model;
  readonly workload: Workload;
  readonly cells: CellRules;
  readonly flashAttention: boolean;
}

/** What one layer adds to a pool. */
interface Entry {
  readonly pool: string;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly stateBytes: number;
  readonly tokensPerSlot: number;
  /** Undefined for states, which have one row for each sequence. */
  readonly cells: Cells | undefined;
  readonly arithmetic: string;
}

/** The caches of the layers of one device. */
export function poolsOf(layers: readonly Layer[], context: PoolContext): readonly PoolRule[] {
  const widestValues = context.flashAttention ? 0 : widestValuesOf(context.model);
  const pools = new Map<string, Entry[]>();
  const entries = remember((memory: Memory) => entriesOf(memory, context, widestValues));
  for (const memory of layers.flatMap(memoriesOf)) {
    for (const entry of entries(memory)) {
      pools.set(entry.pool, [...(pools.get(entry.pool) ?? []), entry]);
    }
  }
  return [...pools.values()].flatMap((entries) => poolOf(entries, context.workload.numSequences));
}

/** Elements of the widest row of values, to which all are padded where values are stored transposed. */
function widestValuesOf(model: Model): number {
  const widths = model.layers.flatMap(memoriesOf).flatMap((memory) => widthsOf(memory, model));
  return Math.max(
    0,
    ...widths.map(({ cache, heads, valueHeadDim }) => (cache === 'attention' ? heads * valueHeadDim : 0)),
  );
}

function poolOf(entries: readonly Entry[], numSequences: number): readonly PoolRule[] {
  const [first] = entries;
  if (first === undefined) {
    return [];
  }
  const { cells } = first;
  const sum = (size: (entry: Entry) => number) => entries.reduce((total, entry) => total + size(entry), 0);
  return [
    {
      name: first.pool,
      layers: entries.length,
      tokens: (contextLength) =>
        cells === undefined ? numSequences : cells.cells(contextLength) * cells.streams,
      tokensPerSlot: first.tokensPerSlot,
      keyBytesPerToken: sum(({ keyBytes }) => keyBytes),
      valueBytesPerToken: sum(({ valueBytes }) => valueBytes),
      stateBytes: numSequences * sum(({ stateBytes }) => stateBytes),
      growsUntil: cells?.growsUntil ?? 0,
      explain: (contextLength) => explain(entries, numSequences, contextLength),
    },
  ];
}

function explain(entries: readonly Entry[], numSequences: number, contextLength: number): string {
  const cells = entries[0]?.cells;
  const slots =
    cells === undefined
      ? `${numSequences} sequences`
      : `${cells.cells(contextLength)} cells${cells.streams === 1 ? '' : ` x ${cells.streams} streams`}`;
  const counts = new Map<string, number>();
  for (const { arithmetic } of entries) {
    counts.set(arithmetic, (counts.get(arithmetic) ?? 0) + 1);
  }
  const products = [...counts].map(([arithmetic, layers]) => `${layers} layers x ${slots} x ${arithmetic}`);
  return `${products.join(' + ')}${cells === undefined ? '' : `; cells: ${cells.explain(contextLength)}`}`;
}

function entriesOf(memory: Memory, context: PoolContext, widestValues: number): readonly Entry[] {
  const { cells } = context;
  const rows = (pool: string, rule: Cells, tokensPerSlot = 1) =>
    widthsOf(memory, context.model).map((widths) => ({
      ...rowOf(widths, context.workload, widths.cache === 'attention' ? widestValues : 0),
      pool: widths.cache === 'attention' ? pool : pool.replace(/^[a-z]+/, 'indexer'),
      cells: rule,
      tokensPerSlot,
    }));
  switch (memory.kind) {
    case 'full':
      return rows('full', cells.full);
    case 'sliding':
      return cells.sliding === undefined
        ? rows('full', cells.full)
        : rows(`sliding(${memory.slidingWindow})`, cells.sliding);
    case 'chunked':
      return cells.sliding === undefined
        ? rows('full', cells.full)
        : rows(`chunked(${memory.attentionChunkSize})`, cells.sliding);
    case 'latent':
      return memory.slidingWindow === undefined || cells.sliding === undefined
        ? rows('latent', cells.full)
        : rows(`latent(${memory.slidingWindow})`, cells.sliding);
    case 'compressed': {
      const { compressRatio } = memory;
      return [
        ...rows(`compressed(1/${compressRatio})`, cells.compressed(compressRatio), compressRatio),
        stateEntry('compressor', compressorState(memory)),
      ];
    }
    case 'recurrent':
      return [stateEntry('recurrent', recurrentState(memory))];
    case 'none':
      return hasStates(context.model)
        ? []
        : [
            {
              ...headlessRow(context.workload, widestValues),
              pool: 'full',
              cells: cells.full,
              tokensPerSlot: 1,
            },
          ];
    case 'cross':
    case 'shared':
      return [];
  }
}

/** Whether the model's cache is a hybrid one, which leaves out the layers that attend to nothing. */
function hasStates(model: Model): boolean {
  return model.layers.flatMap(memoriesOf).some(({ kind }) => kind === 'recurrent');
}

/**
 * A layer without heads in a model without states (DeciLM): cached with empty rows, whose values are padded to the
 * widest layer's like any other's where they are stored transposed.
 *
 * Source: measured with ggml-org/llama.cpp v0.5.0; `llama_kv_cache::llama_kv_cache` skips only what a filter leaves out.
 */
function headlessRow(
  { valueDtype }: Workload,
  widestValues: number,
): Pick<Entry, 'keyBytes' | 'valueBytes' | 'stateBytes' | 'arithmetic'> {
  return {
    keyBytes: 0,
    valueBytes: rowBytes(dtypeOf(valueDtype), widestValues),
    stateBytes: 0,
    arithmetic: `(no heads${widestValues === 0 ? '' : `, V padded to ${widestValues} ${valueDtype} without flash attention`})`,
  };
}

function rowOf(
  { heads, keyHeadDim, valueHeadDim }: Widths,
  { keyDtype, valueDtype }: Workload,
  widestValues: number,
): Pick<Entry, 'keyBytes' | 'valueBytes' | 'stateBytes' | 'arithmetic'> {
  const keys = heads * keyHeadDim;
  const ownValues = heads * valueHeadDim;
  const values = ownValues === 0 ? 0 : Math.max(ownValues, widestValues);
  const valueText =
    values > ownValues
      ? `${values} ${valueDtype}, padded from ${ownValues} without flash attention`
      : `${heads} x ${valueHeadDim} ${valueDtype}`;
  return {
    keyBytes: rowBytes(dtypeOf(keyDtype), keys),
    valueBytes: rowBytes(dtypeOf(valueDtype), values),
    stateBytes: 0,
    arithmetic: `(K ${heads} x ${keyHeadDim} ${keyDtype}${values === 0 ? '' : ` + V ${valueText}`})`,
  };
}

/** States are tensors of fp32, whatever the cache types are: `GGML_TYPE_F32` in `llama_model::create_memory`. */
const STATE_BYTES = rowBytes(dtypeOf('fp32'), 1);

interface State {
  readonly elements: number;
  readonly arithmetic: string;
}

function stateEntry(pool: string, { elements, arithmetic }: State): Entry {
  return {
    pool,
    keyBytes: 0,
    valueBytes: 0,
    stateBytes: elements * STATE_BYTES,
    tokensPerSlot: 1,
    cells: undefined,
    arithmetic: `(${arithmetic}) fp32`,
  };
}

/**
 * R and S of one layer: the last inputs of the convolution and the state.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-hparams.cpp`: `n_embd_r` is (kernel - 1) x all channels (Mamba's
 * `d_inner + 2 n_group d_state`, `3 n_head head_dim` of Kimi's delta attention, `n_embd` of a short convolution,
 * RWKV's token shifts), `n_embd_s` the elements of the state.
 */
function recurrentState({ convolution, state }: RecurrentLayer): State {
  const parts: { readonly elements: number; readonly text: string }[] = [];
  if (convolution !== undefined) {
    const { channels, kernelSize } = convolution;
    parts.push({ elements: channels * (kernelSize - 1), text: `R ${channels} x ${kernelSize - 1}` });
  }
  if (state !== undefined) {
    const elements = state.shape.reduce((product, size) => product * size, 1);
    parts.push({ elements, text: `S ${state.shape.join(' x ')}` });
  }
  return {
    elements: parts.reduce((total, { elements }) => total + elements, 0),
    arithmetic: parts.map(({ text }) => text).join(' + '),
  };
}

/**
 * The state of a compressor: keys and scores of the tokens that wait for their entry, and those of the indexer's.
 * A layer of ratio 4 overlaps two windows and so keeps 8 rows of twice the head's elements.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-kv-cache-dsv4.cpp` (`llama_kv_cache_dsv4`, `llama_dsv4_comp_state`).
 */
function compressorState({ compressRatio, headDim, indexer }: CompressedLayer): State {
  const overlap = compressRatio === 4 ? 2 : 1;
  const rows = overlap * compressRatio;
  const parts = [headDim, ...(indexer === undefined ? [] : [indexer.indexHeadDim])].map(
    (dim) => overlap * dim,
  );
  return {
    elements: parts.reduce((total, width) => total + 2 * rows * width, 0),
    arithmetic: parts.map((width) => `2 x ${rows} x ${width}`).join(' + '),
  };
}
