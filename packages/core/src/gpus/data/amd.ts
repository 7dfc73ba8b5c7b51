import type { GpuGroup } from './group.js';

/** Of a board with several dies each is a device of its own to every engine, and a row of its own here. */
export const AMD: readonly GpuGroup[] = [
  {
    vendor: 'AMD',
    memory: 'HBM',
    source:
      'AMD Instinct product pages (bandwidth); rocm.docs.amd.com, GPU hardware specifications (GiB of memory)',
    rows: [
      { id: 'mi210', name: 'Instinct MI210', gigabytes: 64, bandwidth: 1638.4 },
      { id: 'mi250', name: 'Instinct MI250 (one of two dies)', gigabytes: 64, bandwidth: 1638.4 },
      { id: 'mi250x', name: 'Instinct MI250X (one of two dies)', gigabytes: 64, bandwidth: 1638.4 },
      { id: 'mi300a', name: 'Instinct MI300A', gigabytes: 128, bandwidth: 5300 },
      { id: 'mi300x', name: 'Instinct MI300X', gigabytes: 192, bandwidth: 5300, totalGiB: 191.69, logs: 1 },
      { id: 'mi325x', name: 'Instinct MI325X', gigabytes: 256, bandwidth: 6000 },
      { id: 'mi350x', name: 'Instinct MI350X', gigabytes: 288, bandwidth: 8000 },
      { id: 'mi355x', name: 'Instinct MI355X', gigabytes: 288, bandwidth: 8000, totalGiB: 287.98, logs: 4 },
      {
        id: 'mi455x',
        name: 'Instinct MI455X',
        gigabytes: 432,
        bandwidth: 23_300,
        source:
          'Hugging Face on AMD Instinct MI455X, huggingface.co/blog, July 2026 (432 GB, up to 23.3 TB/s)',
      },
    ],
  },
  {
    vendor: 'AMD',
    memory: 'GDDR',
    source:
      'AMD Radeon product pages (bandwidth); rocm.docs.amd.com, GPU hardware specifications (GiB of memory)',
    rows: [
      { id: 'rx-6800-xt', name: 'Radeon RX 6800 XT', gigabytes: 16, bandwidth: 512 },
      { id: 'rx-6900-xt', name: 'Radeon RX 6900 XT', gigabytes: 16, bandwidth: 512 },
      { id: 'rx-7600-xt', name: 'Radeon RX 7600 XT', gigabytes: 16, bandwidth: 288 },
      { id: 'rx-7800-xt', name: 'Radeon RX 7800 XT', gigabytes: 16, bandwidth: 624 },
      { id: 'rx-7900-xt', name: 'Radeon RX 7900 XT', gigabytes: 20, bandwidth: 800 },
      { id: 'rx-7900-xtx', name: 'Radeon RX 7900 XTX', gigabytes: 24, bandwidth: 960 },
      { id: 'w7800', name: 'Radeon PRO W7800', gigabytes: 32, bandwidth: 576 },
      { id: 'w7900', name: 'Radeon PRO W7900', gigabytes: 48, bandwidth: 864 },
      { id: 'rx-9070-xt', name: 'Radeon RX 9070 XT', gigabytes: 16, bandwidth: 640 },
      { id: 'rx-9060-xt', name: 'Radeon RX 9060 XT 16GB', gigabytes: 16, bandwidth: 320 },
      { id: 'r9700', name: 'Radeon AI PRO R9700', gigabytes: 32, bandwidth: 640, aliases: ['aipror9700'] },
    ],
  },
  {
    vendor: 'AMD',
    memory: 'shared',
    isUnified: true,
    source: 'AMD Ryzen AI Max product page (256 bits of LPDDR5X-8000)',
    rows: [
      {
        id: 'ryzen-ai-max',
        name: 'Ryzen AI Max+ 395 128GB',
        gigabytes: 128,
        bandwidth: 256,
        aliases: ['strixhalo', 'ryzenaimax395', 'ryzenaimax+395'],
      },
    ],
  },
];
