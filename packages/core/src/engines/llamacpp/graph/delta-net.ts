import { attend } from './attention.js';
import { type Build, blockWeight, type DeltaNet, linear, normalize } from './build.js';
import type { AttentionCall, StateRows } from './decoder.js';
import { expand } from './graph.js';
import * as ggml from './operations.js';
import { F32, type Tensor } from './tensor.js';

/**
 * A layer with a state or one of gated attention, as the block is.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/qwen35.cpp`, `src/models/qwen35moe.cpp`, `src/models/delta-net-base.cpp`
 * (`build_conv_state`, `build_delta_net_fused`), `src/llama-graph.cpp` (`build_rs`).
 */
export function deltaNetOrAttention(call: AttentionCall): Tensor {
  const { build, block, normed } = call;
  expand(build.graph, normed);
  return block.deltaNet === undefined ? gatedAttention(call) : deltaNet(call, block.deltaNet);
}

/** Queries come with a gate of their own width for what is attended. */
function gatedAttention({ build, block, index, normed, positions, inputs, order }: AttentionCall): Tensor {
  const { numAttentionHeads, numKeyValueHeads, keyHeadDim, valueHeadDim } = block;
  const [, tokens] = normed.ne;
  const bytes = F32.blockBytes;
  const both = linear(build, normed, index, 'attn_q', 2 * numAttentionHeads * keyHeadDim);
  const half = (from: number) =>
    ggml.view(
      both,
      [keyHeadDim, numAttentionHeads, tokens],
      [2 * bytes * keyHeadDim, 2 * bytes * keyHeadDim * numAttentionHeads],
      bytes * from,
    );
  const q = normalize(build, half(0), 'attn_q_norm', index);
  const rows = linear(build, normed, index, 'attn_k', numKeyValueHeads * keyHeadDim);
  const k = normalize(build, ggml.reshape(rows, keyHeadDim, numKeyValueHeads, tokens), 'attn_k_norm', index);
  const values = linear(build, normed, index, 'attn_v', numKeyValueHeads * valueHeadDim);
  const gate = ggml.cont(half(keyHeadDim), keyHeadDim * numAttentionHeads, tokens);
  const v = ggml.reshape(values, valueHeadDim, numKeyValueHeads, tokens);
  const projected = { q: ggml.rope(q, positions), k: ggml.rope(k, positions), v };
  const attended = attend(build, index, projected, inputs, order);
  return linear(
    build,
    ggml.mul(attended, ggml.unary(gate, 'sigmoid')),
    index,
    'attn_output',
    build.hiddenSize,
  );
}

function deltaNet({ build, index, normed, states }: AttentionCall, net: DeltaNet): Tensor {
  const { keyHeads, valueHeads, headDim, kernelSize } = net;
  const { sequences } = build.step;
  const [, tokens] = normed.ne;
  const perSequence = tokens / sequences;
  const inner = valueHeads * headDim;
  const channels = inner + 2 * keyHeads * headDim;
  const mixed = ggml.reshape(
    linear(build, normed, index, 'attn_qkv', channels),
    channels,
    perSequence,
    sequences,
  );
  const z = linear(build, normed, index, 'attn_gate', inner);
  const beta = ggml.unary(
    ggml.reshape(linear(build, normed, index, 'ssm_beta', valueHeads), 1, valueHeads, perSequence, sequences),
    'sigmoid',
  );
  const alpha = ggml.reshape(
    linear(build, normed, index, 'ssm_alpha', valueHeads),
    valueHeads,
    perSequence,
    sequences,
  );
  const decay = ggml.unary(ggml.add(alpha, blockWeight(build, index, 'ssm_dt.bias', valueHeads)), 'softplus');
  const gate = ggml.reshape(
    ggml.mul(decay, blockWeight(build, index, 'ssm_a', valueHeads)),
    1,
    valueHeads,
    perSequence,
    sequences,
  );
  const convolved = convolution(build, index, mixed, states, channels, kernelSize);
  const stateSize = headDim * headDim * valueHeads;
  const stored = stateCache(build, index, stateSize);
  const state = ggml.reshape(
    readStates(build, stored, stateSize, states),
    headDim,
    headDim,
    valueHeads,
    sequences,
  );
  const activated = ggml.unary(
    ggml.operation(
      'conv',
      [channels, perSequence, sequences],
      convolved,
      blockWeight(build, index, 'ssm_conv1d.weight', kernelSize, channels),
    ),
    'silu',
  );
  const row = F32.blockBytes * channels;
  const part = (heads: number, from: number) =>
    ggml.view(
      activated,
      [headDim, heads, perSequence, sequences],
      [F32.blockBytes * headDim, row, row * perSequence],
      F32.blockBytes * from,
    );
  const unit = (x: Tensor) => ggml.scale(ggml.rmsNorm(x));
  const q = unit(part(keyHeads, 0));
  const k = unit(part(keyHeads, headDim * keyHeads));
  const v = part(valueHeads, 2 * headDim * keyHeads);
  const result = ggml.operation(
    'deltaNet',
    [inner, tokens + headDim * sequences],
    ...[q, k, v, gate, beta, state],
  );
  const out = ggml.view(
    result,
    [headDim, valueHeads, perSequence, sequences],
    [F32.blockBytes * headDim, F32.blockBytes * inner, F32.blockBytes * inner * perSequence],
  );
  const bytes = F32.blockBytes * headDim;
  const next = ggml.view(
    result,
    [headDim, headDim, valueHeads, sequences],
    [bytes, bytes * headDim, bytes * headDim * valueHeads],
    F32.blockBytes * inner * tokens,
  );
  expand(build.graph, ggml.cpy(next, ggml.view(stored, [stateSize, sequences], [stored.nb[1]])));
  const normedOut = normalize(build, out, 'ssm_norm', index);
  const gated = ggml.mul(
    normedOut,
    ggml.unary(ggml.reshape(z, headDim, valueHeads, perSequence, sequences), 'silu'),
  );
  const projected = linear(
    build,
    ggml.reshape(gated, inner, perSequence, sequences),
    index,
    'ssm_out',
    build.hiddenSize,
  );
  return ggml.reshape(projected, build.hiddenSize, tokens);
}

/** The inputs of the convolution with those before them, which are kept for the next step. */
function convolution(
  build: Build,
  index: number,
  mixed: Tensor,
  states: StateRows,
  channels: number,
  kernelSize: number,
): Tensor {
  const { sequences } = build.step;
  const kept = kernelSize - 1;
  const stored = stateCache(build, index, kept * channels);
  const before = ggml.reshape(readStates(build, stored, kept * channels, states), kept, channels, sequences);
  const whole = ggml.concat(before, ggml.transpose(mixed), 0);
  const last = ggml.view(
    whole,
    [kept, channels, sequences],
    [whole.nb[1], whole.nb[2]],
    F32.blockBytes * (whole.ne[0] - kept),
  );
  expand(build.graph, ggml.cpy(last, ggml.view(stored, [kept * channels, sequences], [stored.nb[1]])));
  return whole;
}

function stateCache(build: Build, index: number, size: number): Tensor {
  return ggml.leaf(F32, [size, build.step.sequences], { kind: 'cache', backend: build.homes.cache(index) });
}

/** The states of the sequences of a step: `build_rs`. */
function readStates(
  { graph, step }: Build,
  stored: Tensor,
  size: number,
  { own, others }: StateRows,
): Tensor {
  const rows = ggml.reshape(stored, size, step.sequences);
  expand(graph, ggml.scaleInPlace(ggml.view(rows, [size])));
  const read = ggml.getRows(rows, own);
  expand(graph, read);
  const moved = ggml.getRows(rows, others);
  expand(graph, ggml.cpy(moved, ggml.view(stored, [size, 0], [stored.nb[1]])));
  return read;
}
