import type { GpuGroup } from './group.js';

export const INTEL: readonly GpuGroup[] = [
  {
    vendor: 'Intel',
    memory: 'GDDR',
    source: 'Intel product specifications, intel.com/products',
    rows: [
      { id: 'arc-a770', name: 'Arc A770 16GB', gigabytes: 16, bandwidth: 560 },
      { id: 'arc-b580', name: 'Arc B580', gigabytes: 12, bandwidth: 456 },
      { id: 'arc-pro-b50', name: 'Arc Pro B50', gigabytes: 16, bandwidth: 224 },
      { id: 'arc-pro-b60', name: 'Arc Pro B60', gigabytes: 24, bandwidth: 456 },
    ],
  },
  {
    vendor: 'Intel',
    memory: 'HBM',
    source: 'Intel product specifications, intel.com/products',
    rows: [
      { id: 'max-1100', name: 'Data Center GPU Max 1100', gigabytes: 48, bandwidth: 1228.8 },
      { id: 'max-1550', name: 'Data Center GPU Max 1550', gigabytes: 128, bandwidth: 3276.8 },
      { id: 'gaudi2', name: 'Gaudi 2', gigabytes: 96, bandwidth: 2450, source: 'Intel Gaudi 2 white paper' },
      { id: 'gaudi3', name: 'Gaudi 3', gigabytes: 128, bandwidth: 3700, source: 'Intel Gaudi 3 white paper' },
    ],
  },
];

export const APPLE: readonly GpuGroup[] = [
  {
    vendor: 'Apple',
    memory: 'shared',
    isUnified: true,
    source: 'Apple, technical specifications of the Macs with this chip, support.apple.com/specs',
    rows: [
      { id: 'm1', name: 'M1 16GB', gigabytes: 16, bandwidth: 68.25 },
      { id: 'm1-pro', name: 'M1 Pro 32GB', gigabytes: 32, bandwidth: 200 },
      { id: 'm1-max', name: 'M1 Max 64GB', gigabytes: 64, bandwidth: 400 },
      { id: 'm1-ultra', name: 'M1 Ultra 128GB', gigabytes: 128, bandwidth: 800 },
      { id: 'm2', name: 'M2 24GB', gigabytes: 24, bandwidth: 100 },
      { id: 'm2-pro', name: 'M2 Pro 32GB', gigabytes: 32, bandwidth: 200 },
      { id: 'm2-max', name: 'M2 Max 96GB', gigabytes: 96, bandwidth: 400 },
      { id: 'm2-ultra', name: 'M2 Ultra 192GB', gigabytes: 192, bandwidth: 800 },
      { id: 'm3', name: 'M3 24GB', gigabytes: 24, bandwidth: 100 },
      { id: 'm3-pro', name: 'M3 Pro 36GB', gigabytes: 36, bandwidth: 150 },
      { id: 'm3-max', name: 'M3 Max 128GB', gigabytes: 128, bandwidth: 400 },
      { id: 'm3-ultra', name: 'M3 Ultra 512GB', gigabytes: 512, bandwidth: 819 },
      { id: 'm4', name: 'M4 32GB', gigabytes: 32, bandwidth: 120 },
      { id: 'm4-pro', name: 'M4 Pro 64GB', gigabytes: 64, bandwidth: 273 },
      { id: 'm4-max', name: 'M4 Max 128GB', gigabytes: 128, bandwidth: 546 },
      { id: 'm5', name: 'M5 32GB', gigabytes: 32, bandwidth: 153 },
      { id: 'm5-pro', name: 'M5 Pro 64GB', gigabytes: 64, bandwidth: 307 },
      { id: 'm5-max', name: 'M5 Max 128GB', gigabytes: 128, bandwidth: 614 },
    ],
  },
];

export const GOOGLE: readonly GpuGroup[] = [
  {
    vendor: 'Google',
    memory: 'HBM',
    source: 'Google Cloud TPU documentation, docs.cloud.google.com/tpu/docs (one chip)',
    rows: [
      { id: 'tpu-v4', name: 'TPU v4', gigabytes: 32, bandwidth: 1200 },
      { id: 'tpu-v5e', name: 'TPU v5e', gigabytes: 16, bandwidth: 819 },
      { id: 'tpu-v5p', name: 'TPU v5p', gigabytes: 95, bandwidth: 2765 },
      { id: 'tpu-v6e', name: 'TPU v6e', gigabytes: 32, bandwidth: 1638, aliases: ['trillium'] },
      { id: 'tpu-v7', name: 'TPU7x', gigabytes: 192, bandwidth: 7380, aliases: ['tpu7x', 'ironwood'] },
    ],
  },
];
