import type { PlacementFlags } from './placement.js';

/** What stays of a block whose experts, or some of them, go elsewhere. */
export type KeptPart = 'no experts' | 'attention' | 'attention and up' | 'all but down';

/** The blocks of one device. */
export interface DeviceBlocks {
  readonly blocks: number;
  /** Of those, how many are kept in part: the last ones. */
  readonly inPart: number;
  /** What is kept of the first of them; of the others all but experts. */
  readonly kept: KeptPart;
  /** Where the rest of the first of them goes. */
  readonly restOn: number | 'host';
}

export interface FitState {
  readonly numBlocks: number;
  readonly hasExperts: boolean;
  /** Bytes that each device may hold. */
  readonly targets: readonly number[];
  /** Bytes that each device would hold. */
  readonly measure: (flags: PlacementFlags) => readonly number[];
}

const NONE: DeviceBlocks = { blocks: 0, inPart: 0, kept: 'no experts', restOn: 'host' };

/** Names of the weights that are not kept, after the block's number: `get_overflow_pattern`. */
const MOVED: Readonly<Record<KeptPart, string>> = {
  attention: '\\.ffn_(gate|up|gate_up|down).*',
  'attention and up': '\\.ffn_(gate|gate_up|down).*',
  'all but down': '\\.ffn_down.*',
  'no experts': '\\.ffn_(up|down|gate_up|gate)_(ch|)exps',
};

/** The flags that put so many blocks on each device: `set_ngl_tensor_split_tbo`. */
export function flagsOf({ numBlocks }: FitState, devices: readonly DeviceBlocks[]): PlacementFlags {
  const gpuLayers = devices.reduce((sum, { blocks }) => sum + blocks, 0);
  let next = numBlocks + 1 - gpuLayers;
  const overrides = devices.flatMap(({ blocks, inPart, kept, restOn }) => {
    const first = next + blocks - inPart;
    next += blocks;
    return Array.from({ length: inPart }, (_, index) => ({
      pattern: `blk\\.${first + index}${MOVED[index === 0 ? kept : 'no experts']}`,
      backend: index === 0 ? restOn : ('host' as const),
    }));
  });
  return {
    gpuLayers,
    ...(devices.length > 1 && { tensorSplit: devices.map(({ blocks }) => blocks) }),
    ...(overrides.length > 0 && { overrides }),
  };
}

/**
 * As many blocks on each device as it may hold, from the last device and the last block on; of mixtures without their
 * experts. How many is found between bounds, by what memory would be if it grew evenly (`common/fit.cpp`, step 3).
 */
export function fillWithBlocks(state: FitState): readonly DeviceBlocks[] {
  const { numBlocks, hasExperts, targets } = state;
  const last = targets.length - 1;
  let placed: readonly DeviceBlocks[] = targets.map(() => NONE);
  let held = state.measure(flagsOf(state, placed));
  for (let device = last; device >= 0; device -= 1) {
    const others = placed.slice(device + 1).reduce((sum, { blocks }) => sum + blocks, 0);
    const unassigned = numBlocks + 1 - others;
    // The output counts as a block, which cannot be kept in part.
    let high = withBlocks(placed, device, (one) => ({
      ...one,
      blocks: unassigned,
      inPart: hasExperts ? (device < last ? unassigned : unassigned - 1) : one.inPart,
    }));
    if (unassigned === 0) {
      continue;
    }
    const target = targets[device] as number;
    let heldHigh = state.measure(flagsOf(state, high));
    if ((heldHigh[device] as number) <= target) {
      [placed, held] = [high, heldHigh];
      continue;
    }
    const blocksOf = (some: readonly DeviceBlocks[]) => (some[device] as DeviceBlocks).blocks;
    for (
      let delta = blocksOf(high) - blocksOf(placed);
      delta > 1;
      delta = blocksOf(high) - blocksOf(placed)
    ) {
      const step = stepTowards(delta, target, held[device] as number, heldHigh[device] as number);
      const tried = withBlocks(placed, device, (one) => ({
        ...one,
        blocks: one.blocks + step,
        inPart: hasExperts
          ? one.inPart + (device === last && one.inPart === 0 ? step - 1 : step)
          : one.inPart,
      }));
      const heldTried = state.measure(flagsOf(state, tried));
      if ((heldTried[device] as number) <= target) {
        [placed, held] = [tried, heldTried];
      } else {
        [high, heldHigh] = [tried, heldTried];
      }
    }
  }
  return placed;
}

/** How far to go between two bounds, at least 1 and at most to the one before the upper. */
export function stepTowards(delta: number, target: number, low: number, high: number): number {
  const step = Math.trunc((delta * (target - low)) / (high - low));
  // The engine's step has no sign: what lies below the lower bound is beyond the upper one.
  return Math.min(Math.max(step < 0 ? delta : step, 1), delta - 1);
}

export function withBlocks(
  devices: readonly DeviceBlocks[],
  index: number,
  change: (blocks: DeviceBlocks) => DeviceBlocks,
): readonly DeviceBlocks[] {
  return devices.map((one, device) => (device === index ? change(one) : one));
}
