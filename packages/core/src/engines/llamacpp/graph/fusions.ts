import { isContiguous, type Operation, type Tensor } from './tensor.js';

/** Experts of a token beyond which their weighted sum is not fused: `MOE_WEIGHTED_REDUCTION_MAX_EXPERTS`. */
const MAX_FUSED_EXPERTS = 15;

/** Numbers of experts that are no power of two and still have a kernel. */
const OTHER_EXPERT_COUNTS: ReadonlySet<number> = new Set([288, 576]);

/**
 * What must be kept longer than its readers need it, since ggml-cuda fuses the choice of experts, and the weighted sum of
 * what they give, into one kernel each: by the node until which it is kept.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `ggml/src/ggml-cuda/ggml-cuda.cu` (`ggml_backend_cuda_graph_optimize`,
 * `ggml_cuda_topk_moe_fusion`, `ggml_cuda_match_moe_weighted_reduction`), `topk-moe.cu` (`ggml_cuda_should_use_topk_moe`).
 *
 * @param nodes of one device, in order.
 * @param next the node that follows them, of another device: the engine keeps until there what ends with the last.
 * @param kept what is kept until each node, to which it is added.
 */
export function keepForFusions(
  nodes: readonly Tensor[],
  next: Tensor | undefined,
  kept: Map<Tensor, readonly Tensor[]>,
): void {
  const keep = (tensor: Tensor, until: Tensor) => {
    const others = kept.get(until) ?? [];
    kept.set(until, others.includes(tensor) ? others : [...others, tensor]);
  };
  for (let index = 0; index < nodes.length; index += 1) {
    const sum = weightedSum(nodes, index);
    if (sum !== undefined) {
      for (const tensor of sum.kept) {
        keep(tensor, sum.result);
      }
      index += sum.length - 1;
    }
    const length = topKLength(nodes, index);
    const until = nodes[index + length] ?? next;
    if (length > 0 && until !== undefined) {
      for (const node of nodes.slice(index, index + length)) {
        for (const tensor of [node, ...node.src]) {
          keep(tensor, until);
        }
      }
      index += length - 1;
    }
  }
}

/** How many nodes choose experts from here on; 0 where they are not fused. */
function topKLength(nodes: readonly Tensor[], start: number): number {
  const first = nodes[start] as Tensor;
  const isGate = first.op === 'softMax' ? first.src.length === 1 : first.op === 'unary';
  let end = start + 1;
  if (!isGate) {
    return 0;
  }
  if (first.variant === 'softplus' && nodes[end]?.op === 'sqrt') {
    end += 1;
  } else if (first.op === 'unary' && first.variant !== 'sigmoid') {
    return 0;
  }
  const probabilities = nodes[end - 1] as Tensor;
  const follow = (from: number, operations: readonly Operation[]) =>
    operations.every((op, offset) => nodes[from + offset]?.op === op);
  if (nodes[end]?.op !== 'reshape' || nodes[end]?.src[0] !== probabilities) {
    return 0;
  }
  const hasBias = nodes[end + 1]?.op === 'add' && nodes[end + 1]?.src[0] === probabilities;
  end += hasBias ? 2 : 1;
  const sorted = nodes[end];
  if (
    !follow(end, ['argsort', 'view', 'getRows']) ||
    sorted?.src[0] !== (hasBias ? nodes[end - 1] : probabilities)
  ) {
    return 0;
  }
  const experts = sorted?.ne[0] ?? 0;
  const isPowerOfTwo = experts <= 512 && Number.isInteger(Math.log2(experts));
  if (!isPowerOfTwo && !OTHER_EXPERT_COUNTS.has(experts)) {
    return 0;
  }
  end += 3;
  const hasNorm = follow(end, ['reshape', 'sumRows', 'clamp', 'div', 'reshape']);
  if (hasNorm) {
    end += 5;
  } else if (nodes[end]?.op === 'reshape') {
    return end - start;
  }
  const scaled = nodes[end];
  return scaled?.op === 'scale' && scaled.src[0] === nodes[end - 1] ? end + 1 - start : end - start;
}

/** The product of what the experts give and their weights, and the sum of its slices. */
function weightedSum(nodes: readonly Tensor[], start: number) {
  const first = nodes[start] as Tensor;
  const second = nodes[start + 1];
  const scaled = first.op === 'mul' ? expertsAndWeights(first) : undefined;
  if (scaled === undefined) {
    return undefined;
  }
  const routed = second?.op === 'mul' ? expertsAndWeights(second) : undefined;
  const isTwice = routed?.experts === first;
  const product = isTwice ? (second as Tensor) : first;
  const [, used] = product.ne;
  const products = isTwice ? 2 : 1;
  const length = 2 * used + products - 1;
  if (used < 2 || used > MAX_FUSED_EXPERTS || start + length > nodes.length) {
    return undefined;
  }
  const rest = nodes.slice(start + products, start + length);
  const views = rest.filter(({ op }) => op === 'view');
  const sums = rest.filter(({ op }) => op === 'add');
  const isSum =
    views.length === used &&
    sums.length === used - 1 &&
    views.every(({ viewSrc }) => viewSrc === product) &&
    sums.every(
      ({ src }, index) =>
        src[0] === (index === 0 ? views[0] : sums[index - 1]) && src[1] === views[index + 1],
    );
  if (!isSum) {
    return undefined;
  }
  return {
    length,
    result: rest.at(-1) as Tensor,
    kept: isTwice ? [scaled.experts, routed.weights, scaled.weights] : [scaled.experts, scaled.weights],
  };
}

function expertsAndWeights(product: Tensor): { experts: Tensor; weights: Tensor } | undefined {
  const [a, b] = product.src as [Tensor, Tensor];
  const isWeights = ({ ne, ...rest }: Tensor) =>
    ne[0] === 1 &&
    ne.slice(1).every((size, axis) => size === product.ne[axis + 1]) &&
    isContiguous({ ne, ...rest });
  const isExperts = ({ ne, ...rest }: Tensor) =>
    ne.every((size, axis) => size === product.ne[axis]) && isContiguous({ ne, ...rest });
  if (isExperts(a) && isWeights(b)) {
    return { experts: a, weights: b };
  }
  return isExperts(b) && isWeights(a) ? { experts: b, weights: a } : undefined;
}
