import { type Build, blockWeight, type Experts, linear } from './build.js';
import { expand } from './graph.js';
import * as ggml from './operations.js';
import { F32, type Tensor } from './tensor.js';

export interface FeedForwardOptions {
  /** `gated`: a gate beside it; `fused`: both halves in one matrix; `plain`: none. */
  readonly kind: 'gated' | 'fused' | 'plain';
  readonly activation: string;
  readonly bias?: boolean;
}

/**
 * The feed-forward layer of a block: `build_ffn`.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-graph.cpp`.
 *
 * @param suffix of its weights' names: `_shexp` for the experts that every token visits.
 */
export function feedForward(
  build: Build,
  x: Tensor,
  block: number,
  width: number,
  { kind, activation, bias = false }: FeedForwardOptions,
  suffix = '',
): Tensor {
  const up = linear(build, x, block, `ffn_up${suffix}`, kind === 'fused' ? 2 * width : width, bias);
  let inner: Tensor;
  if (kind === 'gated') {
    inner = ggml.glu(linear(build, x, block, `ffn_gate${suffix}`, width, bias), up);
  } else if (kind === 'fused') {
    inner = ggml.glu(up);
  } else {
    inner = ggml.unary(up, activation);
    inner = activation === 'relu squared' ? ggml.sqr(inner) : inner;
  }
  return linear(build, inner, block, `ffn_down${suffix}`, x.ne[0], bias);
}

export interface RoutingOptions {
  readonly gating: 'softmax' | 'sigmoid' | 'softmax of chosen' | 'square root of softplus';
  /** Weights of the chosen add up to one. */
  readonly isNormalized: boolean;
  readonly isScaled?: boolean;
  /** A bias that only the choice sees. */
  readonly hasSelectionBias?: boolean;
  /** What holds where a file has no such bias (DeepSeek-V2 beside V3). */
  readonly withoutSelectionBias?: RoutingOptions;
  readonly bias?: boolean;
  readonly gate: 'gated' | 'fused' | 'plain';
  readonly activation: string;
  /** Weights are applied before the experts (Llama 4). */
  readonly weighsInput?: boolean;
  /** Scores that were computed already. */
  readonly scores?: Tensor;
  readonly hasOutputScale?: boolean;
}

/** The experts of a block: `build_moe_ffn`. */
export function experts(
  build: Build,
  input: Tensor,
  block: number,
  { count, used, intermediateSize, groups, usedGroups }: Experts,
  usual: RoutingOptions,
): Tensor {
  const { graph } = build;
  const hasSelectionBias = build.has(`blk.${block}.exp_probs_b.bias`, usual.hasSelectionBias === true);
  const options = hasSelectionBias ? usual : (usual.withoutSelectionBias ?? usual);
  const [hiddenSize, tokens] = input.ne;
  const scores = options.scores ?? linear(build, input, block, 'ffn_gate_inp', count, options.bias);
  const probabilities = gate(scores, options.gating);
  let selection = hasSelectionBias
    ? ggml.add(probabilities, blockWeight(build, block, 'exp_probs_b.bias', count))
    : probabilities;
  if (options.weighsInput === true) {
    selection = scores;
  }
  if (groups > 1) {
    selection = inBestGroups(selection, count, tokens, groups, usedGroups);
  }
  const chosen = ggml.argsortTopK(selection, used);
  let weights = ggml.getRows(ggml.reshape(probabilities, 1, count, tokens), chosen);
  if (options.gating === 'softmax of chosen') {
    weights = ggml.reshape(ggml.softMax(ggml.reshape(weights, used, tokens)), 1, used, tokens);
  }
  if (options.isNormalized) {
    const flat = ggml.reshape(weights, used, tokens);
    weights = ggml.reshape(ggml.div(flat, ggml.clamp(ggml.sumRows(flat))), 1, used, tokens);
  }
  if (options.isScaled === true) {
    weights = ggml.scale(weights);
  }
  expand(graph, weights);

  let x = ggml.reshape(input, hiddenSize, 1, tokens);
  if (options.weighsInput === true) {
    x = ggml.mul(ggml.repeat(x, hiddenSize, used, tokens, 1), weights);
  }
  const through = (from: Tensor, name: string, out: number) => {
    const product = ggml.mulMatId(
      blockWeight(build, block, `ffn_${name}_exps.weight`, from.ne[0], out, count),
      from,
      chosen,
    );
    return options.bias === true
      ? ggml.addId(product, blockWeight(build, block, `ffn_${name}_exps.bias`, out, count), chosen)
      : product;
  };
  let inner: Tensor;
  if (options.gate === 'fused') {
    const both = through(x, 'gate_up', 2 * intermediateSize);
    const half = (from: number) =>
      ggml.view(
        both,
        [intermediateSize, both.ne[1], both.ne[2]],
        [both.nb[1], both.nb[2]],
        from * F32.blockBytes,
      );
    inner = ggml.glu(half(0), half(intermediateSize));
  } else {
    const up = through(x, 'up', intermediateSize);
    if (build.has(`blk.${block}.ffn_gate_exps.weight`, options.gate === 'gated')) {
      inner = ggml.glu(through(x, 'gate', intermediateSize), up);
    } else {
      inner = ggml.unary(up, options.activation);
      inner = options.activation === 'relu squared' ? ggml.sqr(inner) : inner;
    }
  }
  let out = through(inner, 'down', hiddenSize);
  if (options.hasOutputScale === true) {
    let scales = ggml.reshape(blockWeight(build, block, 'ffn_down_exps.scale', count), 1, count, 1);
    scales = ggml.getRows(ggml.repeat(scales, 1, count, tokens, 1), chosen);
    out = ggml.mul(out, scales);
  }
  if (options.weighsInput !== true) {
    out = ggml.mul(out, weights);
  }
  expand(graph, out);
  const slices = Array.from({ length: used }, (_, index) =>
    ggml.view(out, [hiddenSize, tokens], [out.nb[2]], index * out.nb[1]),
  );
  for (const slice of slices) {
    expand(graph, slice);
  }
  let [sum, ...others] = slices as [Tensor, ...Tensor[]];
  for (const slice of others) {
    sum = ggml.add(sum, slice);
    expand(graph, sum);
  }
  return used === 1 ? ggml.cont(sum) : sum;
}

function gate(scores: Tensor, gating: RoutingOptions['gating']): Tensor {
  switch (gating) {
    case 'softmax':
      return ggml.softMax(scores);
    case 'sigmoid':
      return ggml.unary(scores, 'sigmoid');
    case 'softmax of chosen':
      return scores;
    case 'square root of softplus':
      return ggml.sqrt(ggml.unary(scores, 'softplus'));
  }
}

/** Scores of experts outside the best groups are put out (DeepSeek-V3). */
function inBestGroups(
  selection: Tensor,
  count: number,
  tokens: number,
  groups: number,
  used: number,
): Tensor {
  const size = count / groups;
  const grouped = ggml.reshape(selection, size, groups, tokens);
  const best = ggml.argsortTopK(grouped, 2);
  const top = ggml.getRows(ggml.reshape(grouped, 1, size, groups, tokens), best);
  const sums = ggml.sumRows(ggml.reshape(top, top.ne[1], top.ne[2], top.ne[3]));
  const chosen = ggml.argsortTopK(ggml.reshape(sums, sums.ne[1], sums.ne[2]), used);
  const rows = ggml.getRows(grouped, chosen);
  return ggml.reshape(ggml.setRows(ggml.fill(grouped), rows, chosen), count, tokens);
}
