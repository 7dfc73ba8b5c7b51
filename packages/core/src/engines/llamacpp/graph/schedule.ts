import type { Placed } from './allocate.js';
import { keepForFusions } from './fusions.js';
import type { Graph } from './graph.js';
import { elements, isViewOperation, type Tensor } from './tensor.js';

/** What the scheduler knows of the backends: devices by number, the host as the last. */
export interface Backends {
  readonly count: number;
  /** Whether a device can run the operation. The host runs everything. */
  readonly supports: (backend: number, node: Tensor) => boolean;
  /** Whether operations on weights in host memory run on a device where they are large (`--no-op-offload`). */
  readonly offloadsOperations: boolean;
  /** Copies of each input, so that devices can work on several steps at once. */
  readonly copies: number;
}

/** The graph as it is allocated: with copies of what crosses from one backend to another. */
export interface Schedule {
  readonly leafs: readonly Placed[];
  readonly nodes: readonly Placed[];
}

/** Fewer rows than that are not worth moving weights for: ggml-cuda's `op_offload_min_batch_size`. */
const OFFLOAD_MIN_ROWS = 32;

/**
 * Gives each node of a graph to a backend and cuts the graph where it changes, as ggml's scheduler does.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `ggml/src/ggml-backend.cpp` (`ggml_backend_sched_split_graph`),
 * `ggml/src/ggml-cuda/ggml-cuda.cu` (`ggml_backend_cuda_device_offload_op`).
 */
export function schedule(graph: Graph, backends: Backends): Schedule {
  const home = assign(graph, backends);
  const { splits, inputs, copyOf } = split(graph, backends, home);
  const placed: Placed[] = [];
  const kept = new Map<Tensor, readonly Tensor[]>();
  for (const { backend, start, end, copied } of splits) {
    for (const source of copied) {
      placed.push({ tensor: dependencyOn([source]), buffer: home.get(source) as number });
      placed.push({ tensor: copyOf(source, backend, 0), buffer: backend });
    }
    const part = graph.nodes.slice(start, end);
    if (backend < backends.count - 1) {
      keepForFusions(part, graph.nodes[end], kept);
    }
    for (const tensor of part) {
      placed.push({ tensor, buffer: backend });
      const keep = kept.get(tensor) ?? [];
      for (let index = 0; index < keep.length; index += MAX_SOURCES) {
        placed.push({ tensor: dependencyOn(keep.slice(index, index + MAX_SOURCES)), buffer: backend });
      }
    }
  }
  const leafs: Placed[] = [];
  if (backends.copies > 1) {
    const copies = Array.from({ length: backends.copies }, (_, copy) => copy);
    for (const source of inputs) {
      const backend = home.get(source) as number;
      leafs.push(...copies.map((copy) => ({ tensor: copyOf(source, backend, copy), buffer: backend })));
    }
    for (const { backend, copied } of splits) {
      for (const source of copied) {
        leafs.push(...copies.map((copy) => ({ tensor: copyOf(source, backend, copy), buffer: backend })));
      }
    }
  }
  leafs.push(...graph.leafs.map((tensor) => ({ tensor, buffer: home.get(tensor) ?? backends.count - 1 })));
  return { leafs, nodes: placed };
}

/** `GGML_MAX_SRC`. */
const MAX_SOURCES = 10;

/** A node that computes nothing and keeps its sources until then. */
function dependencyOn(kept: readonly Tensor[]): Tensor {
  const [first] = kept as [Tensor];
  return {
    ...first,
    op: 'none',
    src: kept,
    viewSrc: first.viewSrc ?? first,
    isInput: false,
    isOutput: false,
  };
}

/** The backend of each tensor. */
function assign({ nodes, leafs }: Graph, backends: Backends): Map<Tensor, number> {
  const host = backends.count - 1;
  const of = new Map<Tensor, number>();
  const supports = (backend: number, node: Tensor) =>
    backend === host || (onlyReadsFrom(backend, host, node) && backends.supports(backend, node));

  for (const tensor of [...leafs, ...nodes]) {
    const backend = tensor.wanted ?? fromOwn(tensor, backends, supports);
    if (backend !== undefined) {
      of.set(tensor, backend);
    }
  }
  const computed = nodes.filter((node) => !isViewOperation(node));
  const spread = (order: readonly Tensor[], withHost: boolean) => {
    let current: number | undefined;
    for (const node of order) {
      const backend = of.get(node);
      if (backend !== undefined) {
        current = backend === host && !withHost ? undefined : backend;
      } else if (current !== undefined && supports(current, node)) {
        of.set(node, current);
      }
    }
  };
  const backwards = computed.toReversed();
  spread(computed, false);
  spread(backwards, false);
  spread(computed, true);
  spread(backwards, true);

  const isReadable = (source: Tensor, backend: number) => {
    const owner = source.viewSrc ?? source;
    const at = owner.home?.backend ?? of.get(source) ?? of.get(owner);
    return at === backend;
  };
  for (const node of computed) {
    if (!of.has(node)) {
      let best = -1;
      for (let backend = 0; backend < backends.count; backend += 1) {
        const readable = node.src.filter((source) => isReadable(source, backend)).length;
        if (supports(backend, node) && readable > best) {
          best = readable;
          of.set(node, backend);
        }
      }
    }
  }
  for (const node of nodes) {
    if (!of.has(node) && node.viewSrc !== undefined) {
      setIfKnown(of, node, of.get(node.viewSrc));
    }
    for (const source of node.src) {
      if (!of.has(source)) {
        setIfKnown(of, source, source.viewSrc === undefined ? of.get(node) : of.get(source.viewSrc));
      }
    }
    if (!of.has(node)) {
      of.set(
        node,
        Array.from({ length: backends.count }, (_, one) => one).find((one) => supports(one, node)) ?? host,
      );
    }
  }
  return of;
}

function setIfKnown(of: Map<Tensor, number>, tensor: Tensor, backend: number | undefined): void {
  if (backend !== undefined) {
    of.set(tensor, backend);
  }
}

/** A device reads no memory of another one. */
function onlyReadsFrom(backend: number, host: number, { src }: Tensor): boolean {
  return src.every(({ home }) => home === undefined || home.backend === host || home.backend === backend);
}

/** Where a tensor lies already, or where the weights lie that it is made with. */
function fromOwn(
  tensor: Tensor,
  { count, offloadsOperations }: Backends,
  supports: (backend: number, node: Tensor) => boolean,
): number | undefined {
  const host = count - 1;
  const home = (tensor.viewSrc ?? tensor).home;
  if (home !== undefined) {
    return supports(home.backend, tensor) ? home.backend : undefined;
  }
  if (tensor.isInput) {
    return host;
  }
  if (tensor.op === 'rope' || tensor.op === 'flashAttention') {
    return undefined;
  }
  const weight = tensor.src.find((source) => source.home?.kind === 'weight');
  if (weight?.home === undefined) {
    return undefined;
  }
  const { backend } = weight.home;
  if (backend === host && offloadsOperations && rowsOf(tensor) >= OFFLOAD_MIN_ROWS) {
    for (let device = 0; device < host; device += 1) {
      if (supports(device, tensor)) {
        return device;
      }
    }
  }
  return supports(backend, tensor) ? backend : undefined;
}

/** `get_op_batch_size` of ggml-cuda. */
function rowsOf(tensor: Tensor): number {
  switch (tensor.op) {
    case 'getRows':
      return 0;
    case 'mulMat':
      return tensor.ne[1];
    case 'mulMatId':
    case 'rope':
      return tensor.ne[2];
    default:
      return elements(tensor) / tensor.ne[0];
  }
}

interface Split {
  readonly backend: number;
  readonly start: number;
  end: number;
  /** What is copied to it before it runs. */
  readonly copied: Tensor[];
}

function split(graph: Graph, { copies }: Backends, home: ReadonlyMap<Tensor, number>) {
  const made = new Map<Tensor, Map<number, readonly Tensor[]>>();
  const copyOf = (source: Tensor, backend: number, copy: number): Tensor =>
    made.get(source)?.get(backend)?.[copy] as Tensor;
  const hasCopy = (source: Tensor, backend: number) => made.get(source)?.has(backend) === true;
  const keepCopies = (source: Tensor, backend: number, tensors: readonly Tensor[]) => {
    made.set(source, (made.get(source) ?? new Map()).set(backend, tensors));
  };
  const duplicate = (source: Tensor): Tensor => ({
    op: 'none',
    type: source.type,
    ne: source.ne,
    nb: source.nb,
    src: [],
    viewOffset: 0,
    isInput: copies > 1,
    isOutput: copies > 1,
  });
  const homeOf = (source: Tensor) => (source.viewSrc ?? source).home?.backend ?? (home.get(source) as number);

  const inputs: Tensor[] = [];
  const splits: Split[] = [];
  const first = graph.nodes.find((node) => !isViewOperation(node));
  let current: Split = { backend: home.get(first as Tensor) as number, start: 0, end: 0, copied: [] };
  splits.push(current);
  graph.nodes.forEach((node, index) => {
    if (isViewOperation(node)) {
      return;
    }
    const backend = home.get(node) as number;
    const needsWeights =
      backend === current.backend &&
      current.copied.length > 0 &&
      node.src.some((source) => source.home?.kind === 'weight' && source.home.backend !== backend);
    if (backend !== current.backend || needsWeights) {
      current.end = index;
      current = { backend, start: index, end: index, copied: [] };
      splits.push(current);
    }
    const src = node.src.map((source) => {
      const at = home.get(source) as number;
      if (source.isInput && copies > 1 && !hasCopy(source, at)) {
        const others = Array.from({ length: copies - 1 }, () => duplicate(source));
        source.isOutput = true;
        keepCopies(source, at, [source, ...others]);
        inputs.push(source);
      }
      if (homeOf(source) === backend || at === backend) {
        return source;
      }
      if (!hasCopy(source, backend)) {
        keepCopies(
          source,
          backend,
          Array.from({ length: copies }, () => duplicate(source)),
        );
        current.copied.push(source);
      }
      return copyOf(source, backend, 0);
    });
    node.src = src;
  });
  current.end = graph.nodes.length;
  return { splits, inputs, copyOf };
}
