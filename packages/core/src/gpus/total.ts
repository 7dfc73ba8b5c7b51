import type { Quantity } from '../text/quantity.js';
import type { GpuGroup, GpuRow } from './data/group.js';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** Half of what the last of two decimals stands for. */
const ROUNDING_GIB = 0.005;

/** A total, and in words where it is from. */
export interface Total {
  readonly total: Quantity;
  readonly totalSource: string;
}

/**
 * All memory of a GPU as the API that an engine allocates with reports it, which is less than the datasheet's and than
 * `nvidia-smi`'s: the driver keeps some for itself.
 *
 * - What engines print as the total in public start-up logs, where it was seen.
 * - Else `nvidia-smi`'s total less 0.4 to 1 GiB: 13 GPUs of 16 to 270 GB of which both are known differ by 0.44 to 0.91.
 *   Under Windows and WSL CUDA reports what `nvidia-smi` does.
 * - Else the datasheet's, less what others of the same kind of memory lack. Error correction that is stored in GDDR
 *   takes 1/16.
 * - Of a Mac, what Metal lets a GPU wire: 2/3 of the memory up to 32 GB, 3/4 above (`recommendedMaxWorkingSetSize` in
 *   public logs of llama.cpp); `sudo sysctl iogpu.wired_limit_mb=...` raises it.
 */
export function totalOf(group: GpuGroup, row: GpuRow): Total {
  const { gigabytes, totalGiB, logs = 0, reportedMiB } = row;
  if (totalGiB !== undefined) {
    return {
      total: { ...gib(totalGiB, totalGiB - ROUNDING_GIB, totalGiB + ROUNDING_GIB), how: 'rule' },
      totalSource: `as ${group.vendor === 'AMD' ? 'HIP' : 'CUDA'} reports it, in ${logs} public ${logs === 1 ? 'log' : 'logs'}`,
    };
  }
  if (reportedMiB !== undefined) {
    const reported = (reportedMiB * MIB) / GIB;
    return {
      total: { ...gib(reported - 0.6, reported - 1, reported - 0.4), how: 'formula' },
      totalSource: "nvidia-smi's total, less what CUDA reports less than that elsewhere",
    };
  }
  if (group.vendor === 'Apple') {
    const wired = gigabytes <= 32 ? (gigabytes * 2) / 3 : (gigabytes * 3) / 4;
    return {
      total: { ...gib(wired, wired, wired), how: 'formula' },
      totalSource: `what macOS lets a GPU wire of ${gigabytes} GB (iogpu.wired_limit_mb raises it)`,
    };
  }
  return {
    total: { ...gib(...nominal(group, gigabytes)), how: 'assumed' },
    totalSource: `the datasheet's ${gigabytes} GB, less what drivers keep of such memory`,
  };
}

/** GiB: likely, least and most. */
function nominal({ vendor, memory }: GpuGroup, size: number): readonly [number, number, number] {
  switch (memory) {
    case 'HBM':
      return vendor === 'AMD' ? [0.999 * size, 0.98 * size, size] : [0.99 * size, 0.96 * size, 0.996 * size];
    case 'GDDR':
      return [size - 0.5, size - 0.8, vendor === 'NVIDIA' ? size - 0.3 : size];
    case 'GDDR with ECC':
      return [(size * 15) / 16 - 0.5, (size * 15) / 16 - 0.8, (size * 15) / 16 - 0.3];
    case 'GDDR with optional ECC':
      return [size - 0.6, (size * 15) / 16 - 0.8, size - 0.3];
    case 'shared':
      return [0.95 * size, 0.5 * size, 0.98 * size];
  }
}

function gib(likely: number, least: number, most: number): Omit<Quantity, 'how'> {
  return { bytes: Math.round(likely * GIB), low: Math.floor(least * GIB), high: Math.ceil(most * GIB) };
}
