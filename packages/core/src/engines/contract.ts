import type { SettingValues } from '../deployment/deployment.js';
import type { DeviceGroup } from '../deployment/shards.js';
import type { Workload } from '../deployment/workload.js';
import type { Device } from '../gpus/gpu.js';
import type { ChosenDtype, Model } from '../model/model.js';

/**
 * Memory that an engine sets aside for some layers on one device, as a rule: everything about the workload is
 * settled except the context length, so that one plan serves a whole sweep.
 */
export interface PoolRule {
  /** What is kept: `full`, `sliding(1024)`, `latent`, `recurrent`, ... */
  readonly name: string;
  /** Layers of the model that are stored in this pool. */
  readonly layers: number;
  /** Slots in each of those layers, over all sequences on the device, at a context length: tokens, or states. */
  readonly tokens: (contextLength: number) => number;
  /** Tokens that share one slot: 1, or the ratio of a compressed cache. */
  readonly tokensPerSlot: number;
  /** Bytes of keys of one slot, summed over the pool's layers. */
  readonly keyBytesPerToken: number;
  /** Bytes of values of one slot, summed over the pool's layers. */
  readonly valueBytesPerToken: number;
  /** Bytes that do not depend on the context. */
  readonly stateBytes: number;
  /** Tokens of a sequence after which the pool grows no more: a window; Infinity where every token is kept. */
  readonly growsUntil: number;
  /** Tokens of a sequence from which on it grows, where it does not from the first: what waits elsewhere before. */
  readonly growsFrom?: number;
  /** The arithmetic behind the number, for `--explain`. */
  readonly explain: (contextLength: number) => string;
}

/** The pools of one device, and which other devices hold the same. */
export interface RankPlan extends DeviceGroup {
  readonly pools: readonly PoolRule[];
}

/** What an engine sets aside for a model, on every device. */
export interface Plan {
  /** Groups of devices that hold different tokens: replicas times context-parallel ranks. */
  readonly tokenShards: number;
  readonly ranks: readonly RankPlan[];
  readonly warnings: readonly string[];
}

/** A set of allocation rules. Settings of an engine are bound when it is made: `vllm({ blockSize: 32 })`. */
export interface Engine {
  readonly name: string;
  /** What `auto` means for keys and values on this engine, where it is not simply the model's `kvCacheDtype`. */
  readonly kvCacheDtype?: (model: Model) => ChosenDtype;
  /**
   * Bytes of the cache's memory on each device that no sequence is ever given, or, below 0, that it allocates beyond what
   * it reckons with; 0 by default.
   */
  readonly unusableBytes?: (model: Model, workload: Workload) => number;
  /** Settings that it takes on such a device when told nothing; those of the engine's own settings that say so. */
  readonly settingsOn?: (device: Device) => SettingValues;
  /** How it uses several devices when told nothing; `tensorParallel` by default. */
  readonly splitsBy?: 'tensorParallel' | 'pipelineParallel';
  /** Whether data-parallel replicas share the tensor-parallel devices instead of having their own; they have by default. */
  readonly replicasShareDevices?: boolean;
  /** Whether context parallelism takes devices of its own; it does by default. */
  readonly contextParallelDevices?: boolean;
  /** @throws InputError where the engine cannot run this model or workload. */
  readonly plan: (model: Model, workload: Workload) => Plan;
}

/** What `auto` means for keys and values of a model on an engine. */
export function autoKvCacheDtype(engine: Engine, model: Model): ChosenDtype {
  return engine.kvCacheDtype?.(model) ?? model.kvCacheDtype;
}

/** Devices that a workload's parallelism takes on an engine. */
export function devicesOf(
  workload: Workload,
  { contextParallelDevices = true, replicasShareDevices = false }: Engine,
): number {
  const { tensorParallel, pipelineParallel, dataParallel, contextParallel } = workload;
  const replicas = replicasShareDevices ? 1 : dataParallel;
  return tensorParallel * pipelineParallel * replicas * (contextParallelDevices ? contextParallel : 1);
}
