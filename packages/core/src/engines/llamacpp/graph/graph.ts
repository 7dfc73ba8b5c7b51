import type { Tensor } from './tensor.js';

/** A graph in the order in which it is computed. */
export interface Graph {
  readonly nodes: Tensor[];
  readonly leafs: Tensor[];
  readonly visited: Set<Tensor>;
}

export function emptyGraph(): Graph {
  return { nodes: [], leafs: [], visited: new Set() };
}

/**
 * Adds what a tensor is made from, then the tensor, each once: `ggml_build_forward_expand`.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `ggml/src/ggml.c` (`ggml_visit_parents_graph`).
 */
export function expand({ nodes, leafs, visited }: Graph, tensor: Tensor): void {
  const open: { readonly tensor: Tensor; next: number }[] = [];
  const enter = (one: Tensor) => {
    if (!visited.has(one)) {
      visited.add(one);
      open.push({ tensor: one, next: 0 });
    }
  };
  enter(tensor);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const source = top.tensor.src[top.next];
    if (source !== undefined) {
      top.next += 1;
      enter(source);
    } else {
      open.pop();
      (top.tensor.op === 'none' ? leafs : nodes).push(top.tensor);
    }
  }
}
