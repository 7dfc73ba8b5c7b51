import type { Quantity } from '../text/quantity.js';

/** Who makes an accelerator. */
export type GpuVendor = 'NVIDIA' | 'AMD' | 'Intel' | 'Apple' | 'Google';

/** A device as engines' rules see it. */
export interface Device {
  /** As its driver gives it, more or less: `NVIDIA H100 SXM 80GB`. */
  readonly name: string;
  /** Absent where only the memory is known. */
  readonly vendor?: GpuVendor;
  /** All of its memory as the engine's own API (CUDA, HIP, Metal, Vulkan) reports it on Linux or macOS. */
  readonly total: Quantity;
  /** In words: where the total is from. */
  readonly totalSource: string;
  /** CUDA's compute capability, such as `9.0`; absent for what has none. */
  readonly computeCapability?: string;
  /** Streaming multiprocessors, as CUDA counts them. */
  readonly numMultiprocessors?: number;
  /** Shared with the CPU, whose programs need a part of it. */
  readonly isUnified: boolean;
  /** Peak of the datasheet, in bytes (10^9 a GB) each second. */
  readonly bandwidthBytesPerSecond?: number;
}

/**
 * A GPU or other accelerator, as far as memory is concerned.
 *
 * What vendors call 80 GB are 80 x 2^30 bytes, whatever the letters say: memory chips are made in powers of two, AMD's
 * and Google's own tables of the same products say GiB, and NVIDIA's driver reports 81920 MiB for an A100 of "80 GB".
 * So `memoryBytes` is the size on the datasheet times 2^30, with no exception. Drivers keep some of it for themselves
 * and, on boards whose error correction is stored in the memory itself (GDDR6), up to 6% for that.
 */
export interface Gpu extends Device {
  /** What is typed: `h100-sxm`, `rtx-4090`, `m4-max`. */
  readonly id: string;
  readonly vendor: GpuVendor;
  /** Other ways to write it, without blanks and dashes. */
  readonly aliases: readonly string[];
  /** The size on the datasheet, in bytes; of a machine with unified memory the largest that it is sold with. */
  readonly memoryBytes: number;
  /** What the driver says is there, in bytes, where that is known: the "total" of `nvidia-smi`. */
  readonly reportedBytes?: number;
  readonly bandwidthBytesPerSecond: number;
  /** Where the numbers are from. */
  readonly source: string;
}
