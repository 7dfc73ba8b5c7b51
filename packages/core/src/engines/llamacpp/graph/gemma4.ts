import { attend } from './attention.js';
import { type Build, blockWeight, type Experts, linear, normalize, sharedWeight, weight } from './build.js';
import type { AttentionCall, FeedForwardCall } from './decoder.js';
import { experts, feedForward } from './feed-forward.js';
import { expand } from './graph.js';
import * as ggml from './operations.js';
import { F32, I32, type Tensor } from './tensor.js';

/**
 * What Gemma 4 does otherwise than other decoders.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/gemma4.cpp`.
 */

/** Values are normalized too and may be the keys; later blocks read the cache of an earlier one. */
export function gemma4Attention({
  build,
  block,
  index,
  normed,
  positions,
  inputs,
  order,
}: AttentionCall): Tensor {
  const { numAttentionHeads, numKeyValueHeads, keyHeadDim, valueHeadDim } = block;
  const [, tokens] = normed.ne;
  const hasFactors = !block.isSliding && build.has('rope_freqs.weight', true);
  const factors = hasFactors ? sharedWeight(build, index, 'rope_freqs.weight', keyHeadDim / 2) : undefined;
  const turned = (x: Tensor, name: string) => ggml.rope(normalize(build, x, name, index), positions, factors);
  const rows = linear(build, normed, index, 'attn_q', numAttentionHeads * keyHeadDim);
  const q = turned(ggml.reshape(rows, keyHeadDim, numAttentionHeads, tokens), 'attn_q_norm');
  if (block.sharesWith !== undefined) {
    const attended = attend(build, index, { q }, inputs, order, { cacheOf: block.sharesWith });
    return linear(build, attended, index, 'attn_output', build.hiddenSize);
  }
  const keys = linear(build, normed, index, 'attn_k', numKeyValueHeads * keyHeadDim);
  const values = build.has(`blk.${index}.attn_v.weight`, block.isSliding)
    ? linear(build, normed, index, 'attn_v', numKeyValueHeads * valueHeadDim)
    : keys;
  const k = turned(ggml.reshape(keys, keyHeadDim, numKeyValueHeads, tokens), 'attn_k_norm');
  const v = ggml.rmsNorm(ggml.reshape(values, valueHeadDim, numKeyValueHeads, tokens));
  const attended = attend(build, index, { q, k, v }, inputs, order);
  return linear(build, attended, index, 'attn_output', build.hiddenSize);
}

const GATED = { kind: 'gated', activation: 'gelu' } as const;

/** A dense feed-forward layer, and experts beside it with norms of their own. */
export function gemma4FeedForward({ build, block, index, middle }: FeedForwardCall): Tensor {
  const dense = feedForward(
    build,
    normalize(build, middle, 'ffn_norm', index),
    index,
    block.intermediateSize,
    GATED,
  );
  if (block.experts === undefined) {
    return dense;
  }
  const first = normalize(build, dense, 'post_ffw_norm_1', index);
  const input = normalize(build, middle, 'pre_ffw_norm_2', index);
  const scores = router(build, middle, index, block.experts);
  const routed = experts(build, input, index, block.experts, {
    gating: 'softmax',
    isNormalized: true,
    gate: build.has(`blk.${index}.ffn_gate_up_exps.weight`, true) ? 'fused' : 'gated',
    activation: 'gelu',
    scores,
    hasOutputScale: build.has(`blk.${index}.ffn_down_exps.scale`, true),
  });
  return ggml.add(first, normalize(build, routed, 'post_ffw_norm_2', index));
}

function router(build: Build, middle: Tensor, index: number, { count }: Experts): Tensor {
  const scaled = ggml.scale(ggml.rmsNorm(middle));
  const weighted = ggml.mul(scaled, blockWeight(build, index, 'ffn_gate_inp.scale', build.hiddenSize));
  return linear(build, weighted, index, 'ffn_gate_inp', count);
}

/** Embeddings of each token for each block, from a table of their own and from the input; undefined without them. */
export function perLayerInputs(build: Build, x: Tensor): Tensor | undefined {
  const { graph, blocks, step, perLayerSize, vocabSize, hiddenSize } = build;
  if (perLayerSize === 0) {
    return undefined;
  }
  const all = perLayerSize * blocks.length;
  const table = weight(build, 'per_layer_token_embd.weight', all, vocabSize);
  const rows = ggml.getRows(table, ggml.input(I32, step.tokens));
  const own = ggml.scale(ggml.reshape(rows, perLayerSize, blocks.length, step.tokens));
  expand(graph, own);
  const projected = ggml.scale(ggml.mulMat(weight(build, 'per_layer_model_proj.weight', hiddenSize, all), x));
  const normed = normalize(
    build,
    ggml.reshape(projected, perLayerSize, blocks.length, step.tokens),
    'per_layer_proj_norm',
    undefined,
  );
  return ggml.cont(ggml.permute(ggml.scale(ggml.add(normed, own)), 0, 2, 1, 3));
}

/** What a block adds from its own embeddings, and its scale. */
export function gemma4BlockEnd(build: Build, x: Tensor, index: number, inputs: Tensor | undefined): Tensor {
  let out = x;
  if (inputs !== undefined) {
    const gate = ggml.unary(linear(build, x, index, 'inp_gate', build.perLayerSize), 'gelu');
    const [width, tokens] = inputs.ne;
    const own = ggml.view(
      inputs,
      [width, tokens],
      [F32.blockBytes * width],
      index * width * tokens * F32.blockBytes,
    );
    const added = linear(build, ggml.mul(gate, own), index, 'proj', build.hiddenSize);
    out = ggml.add(x, normalize(build, added, 'post_norm', index));
  }
  return build.has(`blk.${index}.layer_output_scale.weight`, true)
    ? ggml.mul(out, blockWeight(build, index, 'layer_output_scale.weight', 1))
    : out;
}
