import { roundUp } from '../../../text/exact.js';
import { haveSameLayout, type Operation, type Tensor } from './tensor.js';

/** A buffer that tensors are laid into. */
export interface BufferRules {
  readonly alignment: number;
  /** Bytes that a tensor takes in it. */
  readonly sizeOf: (tensor: Tensor) => number;
}

/** A node of a graph that is planned, and the buffer that it is given. */
export interface Placed {
  readonly tensor: Tensor;
  readonly buffer: number;
}

interface Block {
  offset: number;
  size: number;
}

interface Arena {
  /** By offset; the last one has no end. */
  readonly free: Block[];
  high: number;
}

interface State {
  children: number;
  views: number;
  buffer: number;
  offset: number;
  allocated: boolean;
}

/** Operations that may write over an operand: `ggml_op_can_inplace`. */
const IN_PLACE: ReadonlySet<Operation> = new Set([
  'fill',
  'scale',
  'add',
  'addId',
  'sub',
  'mul',
  'div',
  'sqr',
  'sqrt',
  'unary',
  'rope',
  'rmsNorm',
  'clamp',
  'softMax',
]);

/**
 * Bytes of each buffer that a graph needs, as ggml's graph allocator lays it out: leafs and inputs first, then each node
 * in the memory of an operand that nothing else reads, in the smallest free block that holds it, or at the end; an
 * operand is freed after its last reader.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `ggml/src/ggml-alloc.c` (`ggml_gallocr_alloc_graph_impl`,
 * `ggml_gallocr_allocate_node`, `ggml_dyn_tallocr_alloc`, `ggml_dyn_tallocr_free_bytes`).
 *
 * @param leafs in order, each with its buffer.
 * @param nodes in the order of computation. One whose `op` is `none` but that views a tensor is a dependency, which only
 *   keeps what it names.
 */
export function allocate(
  leafs: readonly Placed[],
  nodes: readonly Placed[],
  buffers: readonly BufferRules[],
): readonly number[] {
  const arenas: readonly Arena[] = buffers.map(() => ({
    free: [{ offset: 0, size: Number.POSITIVE_INFINITY }],
    high: 0,
  }));
  const states = new Map<Tensor, State>();
  const stateOf = (tensor: Tensor): State => {
    let state = states.get(tensor);
    if (state === undefined) {
      state = { children: 0, views: 0, buffer: 0, offset: 0, allocated: false };
      states.set(tensor, state);
    }
    return state;
  };
  const sizeIn = (buffer: number, tensor: Tensor) => {
    const { alignment, sizeOf } = buffers[buffer] as BufferRules;
    return roundUp(sizeOf(tensor), alignment);
  };

  function take(state: State, tensor: Tensor, buffer: number): void {
    state.buffer = buffer;
    state.offset = takeBytes(arenas[buffer] as Arena, sizeIn(buffer, tensor));
  }

  function release(tensor: Tensor): void {
    const state = stateOf(tensor);
    if (!tensor.isOutput) {
      freeBytes(arenas[state.buffer] as Arena, state.offset, sizeIn(state.buffer, tensor));
      state.allocated = false;
    }
  }

  /** Whether the node could take the memory of an operand. */
  function takeOver(node: Tensor, state: State): boolean {
    for (const parent of node.src) {
      const own = stateOf(parent);
      if (
        own.allocated &&
        !parent.isOutput &&
        own.children === 1 &&
        own.views === 0 &&
        haveSameLayout(node, parent)
      ) {
        state.buffer = own.buffer;
        state.offset = own.offset;
        own.allocated = false;
        const [before, after] = [sizeIn(own.buffer, parent), sizeIn(own.buffer, node)];
        if (before > after) {
          freeBytes(arenas[own.buffer] as Arena, own.offset + after, before - after);
        }
        return true;
      }
    }
    return false;
  }

  function place(tensor: Tensor, buffer: number): void {
    const state = stateOf(tensor);
    if (tensor.home !== undefined || tensor.viewSrc !== undefined || state.allocated) {
      return;
    }
    state.allocated = true;
    if (!(IN_PLACE.has(tensor.op) && takeOver(tensor, state))) {
      take(state, tensor, buffer);
    }
  }

  for (const { tensor, buffer } of leafs) {
    place(tensor, buffer);
  }
  for (const { tensor, buffer } of nodes) {
    if (tensor.viewSrc !== undefined && tensor.op !== 'none') {
      stateOf(tensor.viewSrc).views += 1;
    }
    if (tensor.isInput) {
      place(tensor, buffer);
    }
    for (const source of tensor.src) {
      stateOf(source).children += 1;
      if (source.isInput) {
        place(source, buffer);
      }
    }
  }
  for (const { tensor, buffer } of nodes) {
    for (const source of tensor.src) {
      place(source, buffer);
    }
    place(tensor, buffer);
    for (const source of tensor.src) {
      const state = stateOf(source);
      state.children -= 1;
      if (state.children === 0 && state.views === 0) {
        if (source.viewSrc !== undefined) {
          const owner = stateOf(source.viewSrc);
          owner.views -= 1;
          if (owner.views === 0 && owner.children === 0 && owner.allocated) {
            release(source.viewSrc);
          }
        } else if (state.allocated) {
          release(source);
        }
      }
    }
  }
  return arenas.map(({ high }) => high);
}

/** Takes the smallest block that is large enough, of equal ones the last, the endless one only where no other is. */
function takeBytes(arena: Arena, size: number): number {
  const { free } = arena;
  let best = free.length - 1;
  let bestSize = Number.POSITIVE_INFINITY;
  for (let index = 0; index < free.length - 1; index += 1) {
    const block = free[index] as Block;
    if (block.size >= size && block.size <= bestSize) {
      best = index;
      bestSize = block.size;
    }
  }
  const block = free[best] as Block;
  const { offset } = block;
  block.offset += size;
  block.size -= size;
  if (block.size === 0) {
    free.splice(best, 1);
  }
  arena.high = Math.max(arena.high, offset + size);
  return offset;
}

/** Gives bytes back, joined with the first free block that they meet and the one beyond it. */
function freeBytes({ free }: Arena, offset: number, size: number): void {
  for (let index = 0; index < free.length; index += 1) {
    const block = free[index] as Block;
    if (block.offset + block.size === offset) {
      block.size += size;
      const next = free[index + 1];
      if (next !== undefined && block.offset + block.size === next.offset) {
        block.size += next.size;
        free.splice(index + 1, 1);
      }
      return;
    }
    if (offset + size === block.offset) {
      block.offset = offset;
      block.size += size;
      const before = free[index - 1];
      if (before !== undefined && before.offset + before.size === block.offset) {
        before.size += block.size;
        free.splice(index, 1);
      }
      return;
    }
  }
  const after = free.findIndex((block) => block.offset >= offset);
  free.splice(after < 0 ? free.length : after, 0, { offset, size });
}
