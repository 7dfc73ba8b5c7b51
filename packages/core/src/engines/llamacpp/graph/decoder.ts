import { type AttentionOptions, attend, project, type QkvOptions } from './attention.js';
import {
  type AttentionInputs,
  attentionInputs,
  type Block,
  type Build,
  blockWeight,
  inputEmbeddings,
  linear,
  type NormOptions,
  normalize,
  sharedWeight,
  weight,
} from './build.js';
import { experts, type FeedForwardOptions, feedForward, type RoutingOptions } from './feed-forward.js';
import { expand } from './graph.js';
import * as ggml from './operations.js';
import { I32, type Tensor } from './tensor.js';

/** How a decoder of attention and feed-forward layers is put together: what its code in `src/models` does. */
export interface Recipe {
  readonly norm?: NormOptions;
  /** No norm before attention and feed-forward layer, only after (OLMo 2). */
  readonly hasNoPreNorms?: boolean;
  readonly scalesEmbeddings?: boolean;
  /** Embeddings are normalized (BLOOM), or positions added to them (GPT-2). */
  readonly afterEmbeddings?: 'norm' | 'positions';
  /** Position ids of a token. */
  readonly positionIds?: number;
  readonly qkv: QkvOptions;
  readonly outputBias?: boolean;
  /** Attention of another form than keys, queries and values of heads. */
  readonly attention?: (call: AttentionCall) => Tensor;
  /** Norms of queries and keys: by head, or of whole rows before they are split into heads. */
  readonly qkNorm?: 'heads' | 'rows';
  readonly qkNormBias?: boolean;
  readonly qkNormFollowsRope?: boolean;
  readonly rope: 'all' | 'sliding' | 'three of four' | 'none';
  readonly ropeFactors?: boolean;
  readonly scalesQueries?: boolean;
  readonly hasSinks?: boolean;
  readonly capsScores?: boolean;
  readonly normAfterAttention?: string;
  readonly normAfterFeedForward?: string;
  /** The norm before the feed-forward layer. */
  readonly feedForwardNorm?: string;
  /** Attention and feed-forward layer read the same input; each its own norm of it, or one for both. */
  readonly isParallel?: 'own norms' | 'one norm';
  readonly feedForward: FeedForwardOptions;
  /** A feed-forward part of another form, its norms included. */
  readonly ownFeedForward?: (call: FeedForwardCall) => Tensor;
  /** What every block reads beside its input, made before the first. */
  readonly blockInputs?: (build: Build, x: Tensor) => Tensor | undefined;
  /** What follows a block's last sum. */
  readonly blockEnd?: (build: Build, x: Tensor, index: number, inputs: Tensor | undefined) => Tensor;
  readonly routing?: RoutingOptions;
  readonly sharedExpert?: 'plain' | 'gated';
  readonly scalesResiduals?: boolean;
  /** The residual is the first operand of the last sum. */
  readonly addsToResidual?: boolean;
  /** Where the rows of the tokens that are wanted are taken out. */
  readonly outputs?: 'last block' | 'after norm' | 'before norm';
  readonly scalesLogits?: boolean;
  readonly capsLogits?: boolean;
  readonly hasHeadBias?: boolean;
}

/** What a block's attention is built from. */
export interface AttentionCall {
  readonly build: Build;
  readonly block: Block;
  readonly index: number;
  readonly normed: Tensor;
  readonly positions: Tensor;
  readonly inputs: AttentionInputs;
  readonly order: 'keys last' | 'values last';
  readonly states: StateRows;
}

/** What a block's feed-forward part is built from. */
export interface FeedForwardCall {
  readonly build: Build;
  readonly block: Block;
  readonly index: number;
  /** The sum after attention, not normalized. */
  readonly middle: Tensor;
}

/** Which states a step goes on from, and which others are moved: none when a step is reserved. */
export interface StateRows {
  readonly own: Tensor;
  readonly others: Tensor;
}

function stateRows(sequences: number): StateRows {
  const all = ggml.input(I32, sequences);
  return { own: ggml.view(all, [sequences]), others: ggml.view(all, [0], [], I32.blockBytes * sequences) };
}

/** The graph of one step: expands all of it into the build's graph. */
export function decoder(build: Build, recipe: Recipe): void {
  const { graph, blocks, step, vocabSize, hiddenSize } = build;
  const slides = blocks.some(({ isSliding }) => isSliding);
  let x = inputEmbeddings(build);
  if (recipe.scalesEmbeddings === true) {
    x = ggml.scale(x);
  }
  const positions = ggml.input(I32, step.tokens * (recipe.positionIds ?? 1));
  const full = attentionInputs(build, false);
  const sliding = slides ? attentionInputs(build, true) : full;
  const wanted = ggml.input(I32, step.outputs);
  const states = stateRows(step.sequences);
  if (recipe.afterEmbeddings === 'positions') {
    x = ggml.add(x, ggml.getRows(weight(build, 'position_embd.weight', hiddenSize, 0), positions));
  } else if (recipe.afterEmbeddings === 'norm') {
    x = normalize(build, x, 'token_embd_norm', undefined, recipe.norm);
  }
  const blockInputs = recipe.blockInputs?.(build, x);
  for (const index of build.laidOut) {
    const block = blocks[index] as Block;
    const isLast = index === blocks.length - 1 && (recipe.outputs ?? 'last block') === 'last block';
    const inputs = block.isSliding ? sliding : full;
    x = decoderBlock(build, recipe, block, index, x, {
      positions,
      inputs,
      order: slides ? 'values last' : 'keys last',
      states,
      wanted: isLast ? wanted : undefined,
    });
    x = recipe.blockEnd?.(build, x, index, blockInputs) ?? x;
  }
  if (recipe.outputs === 'before norm') {
    x.isOutput = true;
    x = ggml.getRows(x, wanted);
  }
  x = normalize(build, x, 'output_norm', undefined, recipe.norm);
  x.isOutput = true;
  if (recipe.outputs === 'after norm') {
    x = ggml.getRows(x, wanted);
    x.isOutput = true;
  }
  let logits = ggml.mulMat(weight(build, 'output.weight', hiddenSize, vocabSize), x);
  if (build.has('output.bias', recipe.hasHeadBias === true)) {
    logits = ggml.add(logits, weight(build, 'output.bias', vocabSize));
  }
  if (recipe.scalesLogits === true) {
    logits = ggml.scale(logits);
  }
  if (recipe.capsLogits === true) {
    logits = ggml.scale(ggml.unary(ggml.scale(logits), 'tanh'));
  }
  logits.isOutput = true;
  expand(graph, logits);
}

interface BlockInputs {
  readonly positions: Tensor;
  readonly inputs: AttentionInputs;
  readonly order: 'keys last' | 'values last';
  readonly states: StateRows;
  /** Rows to go on with, in the last block. */
  readonly wanted: Tensor | undefined;
}

function decoderBlock(
  build: Build,
  recipe: Recipe,
  block: Block,
  index: number,
  input: Tensor,
  { positions, inputs, order, states, wanted }: BlockInputs,
): Tensor {
  const normed =
    recipe.hasNoPreNorms === true ? input : normalize(build, input, 'attn_norm', index, recipe.norm);
  const call = { build, block, index, normed, positions, inputs, order, states };
  const attended = recipe.attention?.(call) ?? attention(recipe, call);
  const take = (x: Tensor) => (wanted === undefined ? x : ggml.getRows(x, wanted));
  let out = take(attended);
  const residual = take(input);
  if (recipe.normAfterAttention !== undefined) {
    out = normalize(build, out, recipe.normAfterAttention, index, recipe.norm);
  }
  const scaled = (x: Tensor) => (recipe.scalesResiduals === true ? ggml.scale(x) : x);
  if (recipe.isParallel !== undefined) {
    const base =
      recipe.isParallel === 'one norm'
        ? take(normed)
        : normalize(build, residual, 'ffn_norm', index, recipe.norm);
    return ggml.add(ggml.add(blockFeedForward(build, recipe, block, index, base), residual), out);
  }
  const middle = ggml.add(scaled(out), residual);
  const before = () =>
    recipe.hasNoPreNorms === true
      ? middle
      : normalize(build, middle, recipe.feedForwardNorm ?? 'ffn_norm', index, recipe.norm);
  let result =
    recipe.ownFeedForward?.({ build, block, index, middle }) ??
    blockFeedForward(build, recipe, block, index, before());
  if (recipe.normAfterFeedForward !== undefined) {
    result = normalize(build, result, recipe.normAfterFeedForward, index, {
      ...recipe.norm,
      isUnasked: true,
    });
  }
  return recipe.addsToResidual === true ? ggml.add(middle, result) : ggml.add(scaled(result), middle);
}

function attention(
  recipe: Recipe,
  { build, block, index, normed, positions, inputs, order }: AttentionCall,
): Tensor {
  const { numAttentionHeads, keyHeadDim } = block;
  const qkNorm = recipe.qkNorm;
  const projected =
    qkNorm === 'rows'
      ? projectRows(build, recipe, block, index, normed)
      : project(build, normed, index, recipe.qkv);
  let { q, k } = projected;
  const factors = build.has('rope_freqs.weight', recipe.ropeFactors === true)
    ? sharedWeight(build, index, 'rope_freqs.weight', keyHeadDim / 2)
    : undefined;
  const turns =
    recipe.rope === 'all' ||
    (recipe.rope === 'sliding' && block.isSliding) ||
    (recipe.rope === 'three of four' && (index + 1) % 4 !== 0);
  const prepare = (x: Tensor, name: string) => {
    const norm = (y: Tensor) =>
      qkNorm === 'heads' && build.has(`blk.${index}.${name}.weight`, true)
        ? normalize(build, y, name, index, { ...recipe.norm, bias: recipe.qkNormBias === true })
        : y;
    const first = recipe.qkNormFollowsRope === true ? x : norm(x);
    const turned = turns ? ggml.rope(first, positions, factors) : first;
    return recipe.qkNormFollowsRope === true ? norm(turned) : turned;
  };
  q = prepare(q, 'attn_q_norm');
  k = prepare(k, 'attn_k_norm');
  if (recipe.scalesQueries === true) {
    q = ggml.scale(q);
  }
  const options: AttentionOptions = {
    ...(recipe.hasSinks === true && {
      sinks: blockWeight(build, index, 'attn_sinks.weight', numAttentionHeads),
    }),
    ...(recipe.capsScores === true && { isCapped: true }),
  };
  const attended = attend(build, index, { q, k, v: projected.v }, inputs, order, options);
  return linear(build, attended, index, 'attn_output', build.hiddenSize, recipe.outputBias);
}

function projectRows(build: Build, { norm }: Recipe, block: Block, index: number, x: Tensor) {
  const { numAttentionHeads, numKeyValueHeads, keyHeadDim, valueHeadDim } = block;
  const [, tokens] = x.ne;
  const q = linear(build, x, index, 'attn_q', numAttentionHeads * keyHeadDim);
  const k = linear(build, x, index, 'attn_k', numKeyValueHeads * keyHeadDim);
  const v = linear(build, x, index, 'attn_v', numKeyValueHeads * valueHeadDim);
  return {
    q: ggml.reshape(normalize(build, q, 'attn_q_norm', index, norm), keyHeadDim, numAttentionHeads, tokens),
    k: ggml.reshape(normalize(build, k, 'attn_k_norm', index, norm), keyHeadDim, numKeyValueHeads, tokens),
    v: ggml.reshape(v, valueHeadDim, numKeyValueHeads, tokens),
  };
}

function blockFeedForward(build: Build, recipe: Recipe, block: Block, index: number, x: Tensor): Tensor {
  if (block.experts === undefined || recipe.routing === undefined) {
    return feedForward(build, x, index, block.intermediateSize, recipe.feedForward);
  }
  const routed = experts(build, x, index, block.experts, recipe.routing);
  const { sharedIntermediateSize } = block.experts;
  if (sharedIntermediateSize === 0) {
    return routed;
  }
  let shared = feedForward(build, x, index, sharedIntermediateSize, recipe.feedForward, '_shexp');
  if (recipe.sharedExpert === 'gated') {
    const gate = ggml.mulMat(blockWeight(build, index, 'ffn_gate_inp_shexp.weight', x.ne[0], 1), x);
    shared = ggml.mul(shared, ggml.unary(gate, 'sigmoid'));
  }
  return ggml.add(routed, shared);
}
