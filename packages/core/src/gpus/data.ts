import type { Gpu, GpuVendor } from './gpu.js';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** One row: id, name without the vendor, GB of memory, GB each second, and what differs from the rest of its group. */
type Row = readonly [id: string, name: string, gigabytes: number, bandwidth: number, more?: RowDetails];

interface RowDetails {
  readonly aliases?: readonly string[];
  /** MiB that `nvidia-smi` calls the total. */
  readonly reportedMiB?: number;
  readonly source?: string;
}

interface Group {
  readonly vendor: GpuVendor;
  readonly isUnified?: true;
  readonly source: string;
  readonly rows: readonly Row[];
}

/** MiB in all as `nvidia-smi` prints them on H100, A100, A10, L40S, L4 and T4. */
const REPORTED = '; total as in modal-labs/modal-client, pull request 2797';

/** The same, as it prints them in logs of these GPUs in many public repositories. */
const SEEN = '; total as nvidia-smi prints it in public logs';

const GROUPS: readonly Group[] = [
  {
    vendor: 'NVIDIA',
    source: 'NVIDIA data-centre datasheets, nvidia.com/en-us/data-center',
    rows: [
      ['t4', 'T4', 16, 320, { reportedMiB: 15360, source: `NVIDIA T4 datasheet${REPORTED}` }],
      ['v100-16gb', 'V100 16GB', 16, 900],
      ['v100-32gb', 'V100 32GB', 32, 900],
      ['a2', 'A2', 16, 200],
      ['a10', 'A10', 24, 600, { reportedMiB: 23028, source: `NVIDIA A10 datasheet${REPORTED}` }],
      [
        'a10g',
        'A10G',
        24,
        600,
        { source: 'AWS EC2 G5 instances (24 GB), NVIDIA A10G product page (600 GB/s)' },
      ],
      ['a30', 'A30', 24, 933],
      ['a40', 'A40', 48, 696],
      [
        'a100-40gb',
        'A100 40GB',
        40,
        1555,
        { reportedMiB: 40960, source: `NVIDIA A100 datasheet${REPORTED}` },
      ],
      ['a100-80gb-pcie', 'A100 PCIe 80GB', 80, 1935, { source: 'NVIDIA A100 datasheet, June 2021' }],
      [
        'a100-80gb',
        'A100 SXM 80GB',
        80,
        2039,
        {
          aliases: ['a100sxm', 'a10080gbsxm'],
          reportedMiB: 81920,
          source: `NVIDIA A100 datasheet, June 2021${REPORTED}`,
        },
      ],
      ['l4', 'L4', 24, 300, { reportedMiB: 23034, source: `NVIDIA L4 datasheet${REPORTED}` }],
      ['l20', 'L20', 48, 864],
      ['l40', 'L40', 48, 864],
      ['l40s', 'L40S', 48, 864, { reportedMiB: 46068, source: `NVIDIA L40S datasheet${REPORTED}` }],
      ['h20', 'H20', 96, 4000, { reportedMiB: 97_871, source: `NVIDIA HGX H20 datasheet${SEEN}` }],
      ['h100-pcie', 'H100 PCIe 80GB', 80, 2000, { source: 'NVIDIA H100 datasheet, 2022' }],
      [
        'h100-sxm',
        'H100 SXM 80GB',
        80,
        3350,
        {
          aliases: ['h100', 'h10080gb', 'h100sxm5'],
          reportedMiB: 81559,
          source: `NVIDIA H100 datasheet${REPORTED}`,
        },
      ],
      [
        'h100-nvl',
        'H100 NVL 94GB',
        94,
        3900,
        { reportedMiB: 95_830, source: `NVIDIA H100 datasheet${SEEN}` },
      ],
      ['h800', 'H800 SXM 80GB', 80, 3350, { source: 'NVIDIA H800 datasheet' }],
      [
        'gh200-96gb',
        'GH200 96GB',
        96,
        4000,
        { reportedMiB: 97_871, source: `NVIDIA GH200 datasheet (HBM3)${SEEN}` },
      ],
      ['gh200-144gb', 'GH200 144GB', 144, 4900, { source: 'NVIDIA GH200 datasheet (HBM3e)' }],
      [
        'h200-sxm',
        'H200 SXM 141GB',
        141,
        4800,
        { aliases: ['h200'], reportedMiB: 143_771, source: `NVIDIA H200 datasheet${SEEN}` },
      ],
      ['h200-nvl', 'H200 NVL 141GB', 141, 4800, { source: 'NVIDIA H200 datasheet' }],
      [
        'b200',
        'B200 SXM 180GB',
        180,
        7700,
        { reportedMiB: 183_359, source: `NVIDIA Blackwell datasheet, HGX B200 (180 GB, 7.7 TB/s)${SEEN}` },
      ],
      [
        'gb200',
        'GB200 186GB',
        186,
        8000,
        { reportedMiB: 189_471, source: `NVIDIA Blackwell datasheet, GB200 NVL72 (186 GB, 8 TB/s)${SEEN}` },
      ],
      [
        'b300',
        'B300 SXM 270GB',
        270,
        7700,
        {
          reportedMiB: 275_040,
          source: `NVIDIA Blackwell Ultra datasheet, HGX B300 (270 GB, 7.7 TB/s; 288 GB in each package)${SEEN}`,
        },
      ],
      [
        'gb300',
        'GB300 279GB',
        279,
        8000,
        {
          reportedMiB: 284_208,
          source: `NVIDIA Blackwell Ultra datasheet, GB300 NVL72 (279 GB, 8 TB/s; 288 GB in each package)${SEEN}`,
        },
      ],
    ],
  },
  {
    vendor: 'NVIDIA',
    source: 'NVIDIA RTX workstation datasheets, nvidia.com/en-us/design-visualization',
    rows: [
      ['rtx-a4000', 'RTX A4000', 16, 448],
      ['rtx-a5000', 'RTX A5000', 24, 768],
      [
        'rtx-a6000',
        'RTX A6000',
        48,
        768,
        { reportedMiB: 49_140, source: `NVIDIA RTX A6000 datasheet${SEEN}` },
      ],
      ['rtx-4000-ada', 'RTX 4000 Ada', 20, 360],
      ['rtx-5000-ada', 'RTX 5000 Ada', 32, 576],
      ['rtx-6000-ada', 'RTX 6000 Ada', 48, 960],
      ['rtx-pro-4500', 'RTX PRO 4500 Blackwell', 32, 896],
      ['rtx-pro-5000', 'RTX PRO 5000 Blackwell 48GB', 48, 1344],
      [
        'rtx-pro-6000',
        'RTX PRO 6000 Blackwell',
        96,
        1792,
        {
          aliases: ['rtxpro6000blackwell', 'rtx6000pro'],
          reportedMiB: 97_887,
          source: `NVIDIA RTX PRO 6000 Blackwell datasheet${SEEN}`,
        },
      ],
      [
        'rtx-pro-6000-server',
        'RTX PRO 6000 Blackwell Server',
        96,
        1597,
        { reportedMiB: 97_887, source: `NVIDIA RTX PRO 6000 Blackwell Server Edition product page${SEEN}` },
      ],
    ],
  },
  {
    vendor: 'NVIDIA',
    isUnified: true,
    source: 'NVIDIA product pages',
    rows: [
      ['dgx-spark', 'DGX Spark (GB10)', 128, 273, { aliases: ['gb10', 'spark'] }],
      ['jetson-agx-orin', 'Jetson AGX Orin 64GB', 64, 204.8],
      ['jetson-thor', 'Jetson AGX Thor', 128, 273],
    ],
  },
  {
    vendor: 'NVIDIA',
    source: 'NVIDIA GeForce product pages, nvidia.com/en-us/geforce/graphics-cards',
    rows: [
      ['rtx-3060', 'GeForce RTX 3060 12GB', 12, 360],
      ['rtx-3070', 'GeForce RTX 3070', 8, 448],
      ['rtx-3080', 'GeForce RTX 3080 10GB', 10, 760],
      ['rtx-3080-ti', 'GeForce RTX 3080 Ti', 12, 912],
      ['rtx-3090', 'GeForce RTX 3090', 24, 936],
      ['rtx-3090-ti', 'GeForce RTX 3090 Ti', 24, 1008],
      ['rtx-4060', 'GeForce RTX 4060', 8, 272],
      [
        'rtx-4060-ti-16gb',
        'GeForce RTX 4060 Ti 16GB',
        16,
        288,
        { reportedMiB: 16_380, source: `NVIDIA GeForce product page${SEEN}` },
      ],
      ['rtx-4070', 'GeForce RTX 4070', 12, 504],
      ['rtx-4070-ti-super', 'GeForce RTX 4070 Ti SUPER', 16, 672],
      ['rtx-4080', 'GeForce RTX 4080', 16, 716.8],
      ['rtx-4080-super', 'GeForce RTX 4080 SUPER', 16, 736],
      [
        'rtx-4090',
        'GeForce RTX 4090',
        24,
        1008,
        { reportedMiB: 24_564, source: `NVIDIA GeForce product page${SEEN}` },
      ],
      ['rtx-5060-ti-16gb', 'GeForce RTX 5060 Ti 16GB', 16, 448],
      ['rtx-5070', 'GeForce RTX 5070', 12, 672],
      ['rtx-5070-ti', 'GeForce RTX 5070 Ti', 16, 896],
      ['rtx-5080', 'GeForce RTX 5080', 16, 960],
      [
        'rtx-5090',
        'GeForce RTX 5090',
        32,
        1792,
        { reportedMiB: 32_607, source: `NVIDIA GeForce product page${SEEN}` },
      ],
    ],
  },
  {
    vendor: 'AMD',
    source:
      'AMD Instinct product pages (bandwidth); rocm.docs.amd.com, GPU hardware specifications (GiB of memory)',
    rows: [
      ['mi210', 'Instinct MI210', 64, 1638.4],
      // Two dies on a board, each a device of its own to every engine.
      ['mi250', 'Instinct MI250, one of two dies', 64, 1638.4],
      ['mi250x', 'Instinct MI250X, one of two dies', 64, 1638.4],
      ['mi300a', 'Instinct MI300A', 128, 5300],
      ['mi300x', 'Instinct MI300X', 192, 5300],
      ['mi325x', 'Instinct MI325X', 256, 6000],
      ['mi350x', 'Instinct MI350X', 288, 8000],
      ['mi355x', 'Instinct MI355X', 288, 8000],
      [
        'mi455x',
        'Instinct MI455X',
        432,
        23_300,
        {
          source:
            'Hugging Face on AMD Instinct MI455X, huggingface.co/blog, July 2026 (432 GB, up to 23.3 TB/s)',
        },
      ],
    ],
  },
  {
    vendor: 'AMD',
    source:
      'AMD Radeon product pages (bandwidth); rocm.docs.amd.com, GPU hardware specifications (GiB of memory)',
    rows: [
      ['rx-7900-xt', 'Radeon RX 7900 XT', 20, 800],
      ['rx-7900-xtx', 'Radeon RX 7900 XTX', 24, 960],
      ['w7800', 'Radeon PRO W7800', 32, 576],
      ['w7900', 'Radeon PRO W7900', 48, 864],
      ['rx-9070-xt', 'Radeon RX 9070 XT', 16, 640],
      ['r9700', 'Radeon AI PRO R9700', 32, 640, { aliases: ['aipror9700'] }],
    ],
  },
  {
    vendor: 'AMD',
    isUnified: true,
    source: 'AMD Ryzen AI Max product page (256 bits of LPDDR5X-8000)',
    rows: [
      [
        'ryzen-ai-max',
        'Ryzen AI Max+ 395 128GB',
        128,
        256,
        { aliases: ['strixhalo', 'ryzenaimax395', 'ryzenaimax+395'] },
      ],
    ],
  },
  {
    vendor: 'Intel',
    source: 'Intel product specifications, intel.com/products',
    rows: [
      ['arc-a770', 'Arc A770 16GB', 16, 560],
      ['arc-b580', 'Arc B580', 12, 456],
      ['arc-pro-b50', 'Arc Pro B50', 16, 224],
      ['arc-pro-b60', 'Arc Pro B60', 24, 456],
      ['max-1100', 'Data Center GPU Max 1100', 48, 1228.8],
      ['max-1550', 'Data Center GPU Max 1550', 128, 3276.8],
      ['gaudi2', 'Gaudi 2', 96, 2450, { source: 'Intel Gaudi 2 white paper' }],
      ['gaudi3', 'Gaudi 3', 128, 3700, { source: 'Intel Gaudi 3 white paper' }],
    ],
  },
  {
    vendor: 'Apple',
    isUnified: true,
    source: 'Apple, technical specifications of the Macs with this chip, support.apple.com/specs',
    rows: [
      ['m1', 'M1 16GB', 16, 68.25],
      ['m1-pro', 'M1 Pro 32GB', 32, 200],
      ['m1-max', 'M1 Max 64GB', 64, 400],
      ['m1-ultra', 'M1 Ultra 128GB', 128, 800],
      ['m2', 'M2 24GB', 24, 100],
      ['m2-pro', 'M2 Pro 32GB', 32, 200],
      ['m2-max', 'M2 Max 96GB', 96, 400],
      ['m2-ultra', 'M2 Ultra 192GB', 192, 800],
      ['m3', 'M3 24GB', 24, 100],
      ['m3-pro', 'M3 Pro 36GB', 36, 150],
      ['m3-max', 'M3 Max 128GB', 128, 400],
      ['m3-ultra', 'M3 Ultra 512GB', 512, 819],
      ['m4', 'M4 32GB', 32, 120],
      ['m4-pro', 'M4 Pro 64GB', 64, 273],
      ['m4-max', 'M4 Max 128GB', 128, 546],
      ['m5', 'M5 32GB', 32, 153],
      ['m5-pro', 'M5 Pro 64GB', 64, 307],
      ['m5-max', 'M5 Max 128GB', 128, 614],
    ],
  },
  {
    vendor: 'Google',
    source: 'Google Cloud TPU documentation, docs.cloud.google.com/tpu/docs (one chip)',
    rows: [
      ['tpu-v4', 'TPU v4', 32, 1200],
      ['tpu-v5e', 'TPU v5e', 16, 819],
      ['tpu-v5p', 'TPU v5p', 95, 2765],
      ['tpu-v6e', 'TPU v6e', 32, 1638, { aliases: ['trillium'] }],
      ['tpu-v7', 'TPU7x', 192, 7380, { aliases: ['tpu7x', 'ironwood'] }],
    ],
  },
];

/** Accelerators that are known, by vendor and then by age. */
export const GPUS: readonly Gpu[] = GROUPS.flatMap(({ vendor, isUnified = false, source, rows }) =>
  rows.map(
    ([id, name, gigabytes, bandwidth, more = {}]): Gpu => ({
      id,
      name: `${vendor} ${name}`,
      vendor,
      aliases: more.aliases ?? [],
      memoryBytes: gigabytes * GIB,
      ...(more.reportedMiB === undefined ? {} : { reportedBytes: more.reportedMiB * MIB }),
      bandwidthBytesPerSecond: Math.round(bandwidth * 1e9),
      isUnified,
      source: more.source ?? source,
    }),
  ),
);
