import { AMD } from './data/amd.js';
import type { GpuGroup } from './data/group.js';
import { APPLE, GOOGLE, INTEL } from './data/intel-apple-google.js';
import { NVIDIA_DATA_CENTRE } from './data/nvidia-data-centre.js';
import { NVIDIA_DESKTOP } from './data/nvidia-desktop.js';
import type { Gpu } from './gpu.js';
import { totalOf } from './total.js';

const GROUPS: readonly GpuGroup[] = [
  ...NVIDIA_DATA_CENTRE,
  ...NVIDIA_DESKTOP,
  ...AMD,
  ...INTEL,
  ...APPLE,
  ...GOOGLE,
];

/** Accelerators that are known, by vendor and then by age. */
export const GPUS: readonly Gpu[] = GROUPS.flatMap((group) =>
  group.rows.map((row): Gpu => {
    const { id, name, gigabytes, bandwidth, sm, sms, reportedMiB, aliases = [], source } = row;
    return {
      id,
      name: `${group.vendor} ${name}`,
      vendor: group.vendor,
      aliases,
      memoryBytes: gigabytes * 2 ** 30,
      ...(reportedMiB === undefined ? {} : { reportedBytes: reportedMiB * 2 ** 20 }),
      ...totalOf(group, row),
      ...(sm === undefined ? {} : { computeCapability: sm }),
      ...(sms === undefined ? {} : { numMultiprocessors: sms }),
      bandwidthBytesPerSecond: Math.round(bandwidth * 1e9),
      isUnified: group.isUnified ?? false,
      source: source ?? group.source,
    };
  }),
);
