import type { Workload } from '../../deployment/workload.js';
import { TENSOR_TYPES } from '../../import/gguf/tensor-types.js';
import type { GgufTensor } from '../../import/gguf.js';
import { dtypeOf } from '../../model/dtype.js';
import type { Model } from '../../model/model.js';
import { ceilDiv } from '../../text/exact.js';
import { hasFlashAttention } from './architectures.js';
import { cellRules } from './cells.js';
import { blocksOf, similarBlocksOf } from './graph/blocks.js';
import type { Block, Build, Step } from './graph/build.js';
import { decoder } from './graph/decoder.js';
import { hasKernel, readsType } from './graph/flash-attention.js';
import { emptyGraph } from './graph/graph.js';
import { planBuffers } from './graph/plan.js';
import { recipeOf, USUAL_RECIPE } from './graph/recipes.js';
import { sufficientBlocks } from './graph/repetition.js';
import { homesOf, type Placement } from './placement.js';
import type { LlamacppSettings } from './settings.js';

/** How a process of llama.cpp is run, as far as its buffers depend on it. */
export interface RunOptions {
  /**
   * `llama-server` reserves scores for one token of each sequence, other programs (`llama-cli`, `llama-bench`) for all
   * of a step.
   */
  readonly isServer: boolean;
  readonly placement: Placement;
  /** Whether large operations on the host's weights run on a device; off with `--no-op-offload`. */
  readonly offloadsOperations?: boolean;
  /**
   * As `--fit` plans it and `llama-fit-params` prints it, where norms at the border of two devices run on the earlier one;
   * when the model is loaded, they run where their block is: a plan forgets what was asked for.
   */
  readonly isPlan?: boolean;
  /** The tensors of the file, where they are known. */
  readonly tensors?: readonly GgufTensor[];
}

/** Copies of a graph's inputs under pipeline parallelism: `GGML_SCHED_MAX_COPIES`. */
const PIPELINE_COPIES = 4;

/** Compute buffers, and whether they are those of the architecture's own graph. */
export interface ComputeBuffers {
  /** Bytes of each device's, the host's last. */
  readonly bytes: readonly number[];
  /** False where a decoder of the usual form stands in for a graph that is not known. */
  readonly isOwnGraph: boolean;
}

/**
 * The compute buffers of a model's largest step; undefined where a size that they depend on is not known.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-context.cpp` (`llama_context::sched_reserve`, `graph_reserve`),
 * `ggml/src/ggml-backend.cpp` (`ggml_backend_sched_reserve_size`, which resets what `ggml_backend_sched_reserve` keeps).
 */
export function computeBuffers(
  model: Model,
  workload: Workload,
  settings: LlamacppSettings,
  options: RunOptions,
): ComputeBuffers | undefined {
  const recipe = recipeOf(model.architecture);
  const own = recipe === undefined ? undefined : blocksOf(model);
  const blocks = own ?? similarBlocksOf(model);
  const { hiddenSize, vocabSize } = model;
  if (blocks === undefined || hiddenSize === undefined || vocabSize === undefined) {
    return undefined;
  }
  const step = stepOf(model, workload, settings, options.isServer);
  const graph = emptyGraph();
  const types = new Map(options.tensors?.map(({ name, type }) => [name, TENSOR_TYPES.get(type)]));
  const build: Build = {
    graph,
    hiddenSize,
    vocabSize,
    perLayerSize: model.hiddenSizePerLayerInput ?? 0,
    blocks,
    laidOut: sufficientBlocks(kindsOf(blocks, options)),
    shared: new Map(),
    step,
    homes: homesOf(options.placement, step.tokens, options.isPlan === true),
    typeOf: (name) => types.get(name),
    has: (name, usually) => (options.tensors === undefined ? usually : types.has(name)),
  };
  decoder(build, recipe ?? USUAL_RECIPE);
  const bytes = planBuffers(graph, {
    count: options.placement.devices + 1,
    supports: (device, node) =>
      options.placement.used.includes(device) && (node.op !== 'flashAttention' || hasKernel(node)),
    offloadsOperations: options.offloadsOperations ?? true,
    copies: options.placement.isPipelined ? PIPELINE_COPIES : 1,
  });
  // A block on one backend that reads the cache of another's is not laid out as the engine does in every case.
  const readsAcross = blocks.some(
    ({ sharesWith }, index) =>
      sharesWith !== undefined && options.placement.cache(sharesWith) !== options.placement.blocks[index],
  );
  // Attention to such caches runs on the host, block by block, which is equal to the engine's only in most cases.
  const attendsOnHost = step.flashAttention && !(readsType(step.keyType) && readsType(step.valueType));
  return { bytes, isOwnGraph: own !== undefined && !readsAcross && !attendsOnHost };
}

/** Weights that flags are usually about, where the file's are not known. */
const USUAL_WEIGHTS = [
  'attn_q',
  'attn_output',
  'ffn_up',
  'ffn_down',
  'ffn_gate_exps',
  'ffn_up_exps',
  'ffn_down_exps',
];

/** A word for each block, equal for blocks of the same sizes whose weights and caches lie alike. */
function kindsOf(blocks: readonly Block[], { placement, tensors }: RunOptions): readonly string[] {
  const types = new Map<number, string[]>();
  for (const { name, type } of tensors ?? []) {
    const [, block, rest] = /^blk\.(\d+)\.(.*)$/.exec(name) ?? [];
    if (block !== undefined) {
      const others = types.get(Number(block)) ?? [];
      others.push(`${rest} ${type} ${placement.weight(name)}`);
      types.set(Number(block), others);
    }
  }
  return blocks.map((block, index) => {
    const weights =
      types.get(index)?.sort() ??
      USUAL_WEIGHTS.map((name) => placement.weight(`blk.${index}.${name}.weight`));
    return JSON.stringify([block, placement.blocks[index], placement.cache(index), weights]);
  });
}

/** What the largest step is reserved for. */
export function stepOf(
  model: Model,
  { contextLength, numSequences, keyDtype, valueDtype }: Workload,
  settings: LlamacppSettings,
  isServer: boolean,
): Step {
  const { batchSize = 2048, ubatchSize = 512 } = settings;
  const { full, sliding } = cellRules(model, numSequences, settings);
  const shape = (cells: typeof full) => ({ cells: cells.cells(contextLength), streams: cells.streams });
  const cells = shape(full);
  const batch = Math.min(batchSize, contextLength * numSequences);
  const tokens = Math.min(ubatchSize, batch);
  return {
    tokens: ceilDiv(tokens, numSequences) * numSequences,
    sequences: numSequences,
    outputs: Math.min(tokens, isServer ? Math.max(1, Math.min(batchSize, numSequences)) : batch),
    flashAttention: settings.flashAttn !== 'off' && hasFlashAttention(model),
    keyType: dtypeOf(keyDtype),
    valueType: dtypeOf(valueDtype),
    full: cells,
    sliding: sliding === undefined ? cells : shape(sliding),
  };
}
