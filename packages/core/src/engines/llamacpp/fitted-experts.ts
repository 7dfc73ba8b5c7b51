import {
  type DeviceBlocks,
  type FitState,
  flagsOf,
  type KeptPart,
  stepTowards,
  withBlocks,
} from './fitted-blocks.js';

/**
 * Blocks without experts turned into whole ones, from the first device on, until all are full; at last a part of one more
 * block on each.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `common/fit.cpp` (step 4).
 *
 * @param filled all blocks that fit without their experts.
 */
export function fillWithExperts(state: FitState, filled: readonly DeviceBlocks[]): readonly DeviceBlocks[] {
  const { targets } = state;
  const last = targets.length - 1;
  const fits = (held: readonly number[], device: number) =>
    (held[device] as number) <= (targets[device] as number);
  let placed = filled;
  let held = state.measure(flagsOf(state, placed));
  let dense = firstOfLastRun(placed);
  for (let device = 0; device <= dense && dense <= last; device += 1) {
    let high = withAllMoved(placed, dense, device);
    let heldHigh = state.measure(flagsOf(state, high));
    let denseHigh = last;
    if (fits(heldHigh, device)) {
      [placed, held, dense] = [high, heldHigh, denseHigh];
    } else {
      const full = (some: readonly DeviceBlocks[]) => fullOf(some[device] as DeviceBlocks);
      for (let delta = full(high) - full(placed); delta > 1; delta = full(high) - full(placed)) {
        const step = stepTowards(
          delta,
          targets[device] as number,
          held[device] as number,
          heldHigh[device] as number,
        );
        const [tried, denseTried] = withSomeMoved(placed, dense, device, step);
        const heldTried = state.measure(flagsOf(state, tried));
        if (fits(heldTried, device)) {
          [placed, held, dense] = [tried, heldTried, denseTried];
        } else {
          [high, heldHigh, denseHigh] = [tried, heldTried, denseTried];
        }
      }
    }
    const source = placed[dense];
    if (source !== undefined && source.blocks > (device < last ? 0 : 1)) {
      [placed, held, dense] = withOnePart(state, placed, held, dense, device);
    }
  }
  return placed;
}

function fullOf({ blocks, inPart }: DeviceBlocks): number {
  return blocks - inPart;
}

/** The first of the devices at the end that hold blocks. */
function firstOfLastRun(devices: readonly DeviceBlocks[]): number {
  let first = devices.length;
  while (first > 0 && (devices[first - 1] as DeviceBlocks).blocks > 0) {
    first -= 1;
  }
  return first;
}

/** All blocks from device `dense` on moved to `device`, but the output. */
function withAllMoved(
  devices: readonly DeviceBlocks[],
  dense: number,
  device: number,
): readonly DeviceBlocks[] {
  let moved = devices;
  for (let from = dense; from < devices.length; from += 1) {
    const { blocks } = moved[from] as DeviceBlocks;
    const count = from < devices.length - 1 ? blocks : blocks - 1;
    moved = withBlocks(moved, device, (one) => ({ ...one, blocks: one.blocks + count }));
    moved = withBlocks(moved, from, (one) => ({ ...one, blocks: one.blocks - count, inPart: 0 }));
  }
  return moved;
}

/** So many blocks without experts, from device `dense` on, turned into whole ones of `device`. */
function withSomeMoved(
  devices: readonly DeviceBlocks[],
  dense: number,
  device: number,
  count: number,
): readonly [readonly DeviceBlocks[], number] {
  let moved = devices;
  let from = dense;
  let done = 0;
  for (; from < devices.length; from += 1) {
    const converted = Math.min(count - done, (moved[from] as DeviceBlocks).inPart);
    moved = withBlocks(moved, from, (one) => ({
      ...one,
      blocks: one.blocks - converted,
      inPart: one.inPart - converted,
    }));
    moved = withBlocks(moved, device, (one) => ({ ...one, blocks: one.blocks + converted }));
    done += converted;
    if ((moved[from] as DeviceBlocks).inPart > 0) {
      break;
    }
  }
  return [moved, from];
}

type Placed = readonly [readonly DeviceBlocks[], readonly number[], number];

/** One block more in part, as much of it as fits; the rest on the next device, or the host. */
function withOnePart(
  state: FitState,
  placed: readonly DeviceBlocks[],
  held: readonly number[],
  dense: number,
  device: number,
): Placed {
  const { targets } = state;
  const last = targets.length - 1;
  const taken = withBlocks(placed, dense, (one) => ({
    ...one,
    blocks: one.blocks - 1,
    inPart: one.inPart - 1,
  }));
  const denseAfter = dense + ((taken[dense] as DeviceBlocks).inPart === 0 ? 1 : 0);
  const isBelow = (bytes: readonly number[], one: number) =>
    (bytes[one] as number) < (targets[one] as number);
  const tried = (kept: KeptPart): Placed | undefined => {
    const blocks = withBlocks(taken, device, (one) => ({
      blocks: one.blocks + 1,
      inPart: one.inPart + 1,
      kept,
      restOn: device < last ? device + 1 : 'host',
    }));
    const bytes = state.measure(flagsOf(state, blocks));
    const fits = isBelow(bytes, device) && (device === last || isBelow(bytes, device + 1));
    return fits ? [blocks, bytes, denseAfter] : undefined;
  };
  const up = tried('attention and up');
  return (up === undefined ? tried('attention') : (tried('all but down') ?? up)) ?? [placed, held, dense];
}
