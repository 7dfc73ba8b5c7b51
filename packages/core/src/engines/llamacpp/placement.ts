import { InputError } from '../../text/errors.js';
import type { Homes } from './graph/build.js';

/** The flags that say where weights and caches go; absent means the engine's default. */
export interface PlacementFlags {
  /** `--gpu-layers`: of the blocks and the output, the last ones, this many; all by default. */
  readonly gpuLayers?: number;
  /** `--n-cpu-moe`: the experts of the first blocks stay on the host. */
  readonly cpuMoeLayers?: number;
  /** `--cpu-moe`: all experts stay on the host. */
  readonly cpuMoe?: boolean;
  /** `--override-tensor`: tensors whose names match a pattern go to a device, or to the host. The first match counts. */
  readonly overrides?: readonly { readonly pattern: string; readonly backend: number | 'host' }[];
  /** `--tensor-split`: shares of the devices; those of their free memory by default. */
  readonly tensorSplit?: readonly number[];
  readonly splitMode?: 'layer' | 'none';
  /** `--main-gpu`: the device that holds everything under `none`. */
  readonly mainGpu?: number;
  /** `--no-kv-offload`: caches stay on the host. */
  readonly noKvOffload?: boolean;
}

/** Where each part of a model lies; devices by number, the host as the one after the last. */
export interface Placement {
  readonly devices: number;
  /** The devices that are used at all. */
  readonly used: readonly number[];
  /** The backend of each block, and of the output, last. */
  readonly blocks: readonly number[];
  /** The backend of a tensor by its name in the file. */
  readonly weight: (name: string) => number;
  readonly cache: (block: number) => number;
  /** Whether the blocks and the output are all on devices. */
  readonly isFull: boolean;
  /** Whether several steps run at once, each on another device. */
  readonly isPipelined: boolean;
}

/** The pattern of `--cpu-moe`, and the start of `--n-cpu-moe`'s: `LLM_FFN_EXPS_REGEX`. */
const EXPERTS = '\\.ffn_(up|down|gate|gate_up)_(ch|)exps';

/**
 * Where the engine puts a model under given flags.
 *
 * - With n = min(gpuLayers, L + 1), blocks before L + 1 - n stay on the host; block i of the others goes to the first
 *   device whose cumulative share exceeds (i - start) / n. The output counts as block L.
 * - The table of input embeddings is always on the host; a cache follows its block.
 * - Several devices run as a pipeline where all is offloaded, caches too, and no tensor is moved.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-model.cpp` (`llama_model_base::load_tensors`), `src/llama-context.cpp`
 * (`pipeline_parallel`), `common/arg.cpp` and `common/common.h` (`LLM_FFN_EXPS_REGEX`).
 *
 * @param free bytes of each device.
 * @throws InputError for a device that is not there, or shares that are no shares.
 */
export function placementOf(numLayers: number, flags: PlacementFlags, free: readonly number[]): Placement {
  const host = free.length;
  const used = devicesOf(flags, free.length);
  const shares = sharesOf(flags, free, used);
  const count = Math.min(flags.gpuLayers ?? numLayers + 1, numLayers + 1);
  const start = numLayers + 1 - count;
  const blocks = Array.from({ length: numLayers + 1 }, (_, block) => {
    const device = shares.findIndex((share) => share > Math.fround((block - start) / count));
    return block < start || used.length === 0 ? host : (used[device] ?? host);
  });
  const overrides = overridesOf(flags, host);
  const isFull = used.length > 0 && count > numLayers;
  return {
    devices: free.length,
    used,
    blocks,
    weight: (name) =>
      overrides.find(({ pattern }) => pattern.test(name))?.backend ?? ownBackend(name, blocks, host),
    cache: (block) => (flags.noKvOffload === true ? host : (blocks[block] as number)),
    isFull,
    isPipelined: isFull && used.length > 1 && flags.noKvOffload !== true && overrides.length === 0,
  };
}

function devicesOf({ splitMode, mainGpu = 0 }: PlacementFlags, count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, device) => device);
  if (splitMode !== 'none') {
    return all;
  }
  if (!Number.isInteger(mainGpu) || mainGpu < 0 || mainGpu >= count) {
    throw new InputError(`--main-gpu is ${mainGpu}; it must be the number of a device, 0 to ${count - 1}.`);
  }
  return [mainGpu];
}

/** Cumulative shares of the devices. */
function sharesOf(
  { tensorSplit }: PlacementFlags,
  free: readonly number[],
  used: readonly number[],
): readonly number[] {
  const given = tensorSplit?.some((share) => share > 0) === true ? tensorSplit : undefined;
  if (given !== undefined && (given.length > free.length || given.some((share) => !(share >= 0)))) {
    throw new InputError(
      `--tensor-split is ${given.join(',')}; it must be a share of at least 0 for each of ${free.length} devices.`,
    );
  }
  const shares = used.map((device, index) =>
    given === undefined ? (free[device] as number) : (given[index] ?? 0),
  );
  // The engine adds and divides in single precision.
  let sum = 0;
  const sums = shares.map((share) => {
    sum = Math.fround(sum + Math.fround(share));
    return sum;
  });
  return sums.map((one) => Math.fround(one / sum));
}

function overridesOf({ overrides = [], cpuMoe = false, cpuMoeLayers = 0 }: PlacementFlags, host: number) {
  return [
    ...overrides.map(({ pattern, backend }) => ({ pattern, backend: backend === 'host' ? host : backend })),
    ...(cpuMoe ? [{ pattern: EXPERTS, backend: host }] : []),
    ...Array.from({ length: cpuMoeLayers }, (_, block) => ({
      pattern: `blk\\.${block}${EXPERTS}`,
      backend: host,
    })),
  ].map(({ pattern, backend }) => ({ pattern: new RegExp(pattern), backend }));
}

/** Where a tensor goes that no pattern moves. */
function ownBackend(name: string, blocks: readonly number[], host: number): number {
  const block = /^blk\.(\d+)\./.exec(name)?.[1];
  if (block !== undefined) {
    return blocks[Number(block)] ?? host;
  }
  if (name.startsWith('per_layer_model_proj') || name.startsWith('per_layer_proj_norm')) {
    return blocks[0] as number;
  }
  return name.startsWith('output') ? (blocks.at(-1) as number) : host;
}

/** The same as a graph's builder asks it. */
export function homesOf(placement: Placement, stepTokens: number, isPlan: boolean): Homes {
  const asksForNorms = !isPlan && (placement.isFull || stepTokens < MIN_TOKENS_FREE_NORMS);
  return {
    weight: placement.weight,
    cache: placement.cache,
    norm: (block) => (asksForNorms ? placement.blocks[block] : undefined),
  };
}

/** Norms of shorter steps run where their block is: `graph_get_cb`. */
const MIN_TOKENS_FREE_NORMS = 32;
