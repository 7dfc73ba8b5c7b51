import type { GpuVendor } from '../gpu.js';

/** How memory is built, which decides how much of the datasheet's size a driver keeps. */
export type MemoryKind = 'HBM' | 'GDDR' | 'GDDR with ECC' | 'GDDR with optional ECC' | 'shared';

/** GPUs of one kind, as data. */
export interface GpuGroup {
  readonly vendor: GpuVendor;
  readonly memory: MemoryKind;
  /** Shared with the CPU, whose programs need a part of it. */
  readonly isUnified?: true;
  readonly source: string;
  readonly rows: readonly GpuRow[];
}

export interface GpuRow {
  readonly id: string;
  /** Without the vendor. */
  readonly name: string;
  readonly gigabytes: number;
  /** GB each second. */
  readonly bandwidth: number;
  /** CUDA's compute capability. */
  readonly sm?: string;
  /** Streaming multiprocessors, as CUDA counts them. */
  readonly sms?: number;
  /** MiB that `nvidia-smi` calls the total. */
  readonly reportedMiB?: number;
  /** GiB that CUDA or HIP call the total, to the two decimals that engines print, and in how many public logs. */
  readonly totalGiB?: number;
  readonly logs?: number;
  readonly aliases?: readonly string[];
  /** Where it differs from the group's. */
  readonly source?: string;
}
