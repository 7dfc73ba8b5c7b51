import { describe, expect, it } from 'vitest';
import { kv } from '../kv.js';

describe('kv gpus', () => {
  it('lists GPUs with memory and bandwidth, those of a search where words are given', async () => {
    const all = await kv(['gpus']);
    expect(all.stdout.split('\n').length).toBeGreaterThan(60);
    const { stdout } = await kv(['gpus', 'h100']);
    expect(stdout).toMatch(/h100-pcie +NVIDIA H100 PCIe 80GB +79\.2 GiB +2\.00 TB\/s/);
    expect(stdout).not.toContain('H200');
  });

  it('prints exact numbers with their source for machines', async () => {
    const { stdout } = await kv(['gpus', 'h100', 'sxm', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      gpus: [
        {
          id: 'h100-sxm',
          name: 'NVIDIA H100 SXM 80GB',
          vendor: 'NVIDIA',
          memoryBytes: 85_899_345_920,
          reportedBytes: 85_520_809_984,
          total: { bytes: 85_029_615_043, low: 85_024_246_333, high: 85_034_983_752, how: 'rule' },
          totalSource: 'as CUDA reports it, in 4 public logs',
          computeCapability: '9.0',
          numMultiprocessors: 132,
          bandwidthBytesPerSecond: 3_350_000_000_000,
          isUnified: false,
          source: expect.stringContaining('NVIDIA H100 datasheet'),
        },
      ],
    });
    const csv = await kv(['gpus', 'b200', '--csv']);
    expect(csv.stdout).toContain('b200,NVIDIA B200 SXM 180GB,193273528320,192265846784,');
    const unreported = await kv(['gpus', 'h100-pcie', '--csv']);
    expect(unreported.stdout).toContain('h100-pcie,NVIDIA H100 PCIe 80GB,85899345920,,');
  });

  it('says where nothing is found', async () => {
    const { code, stderr } = await kv(['gpus', 'abacus']);
    expect(code).toBe(2);
    expect(stderr).toBe('kv: No GPU has "abacus" in its name; "kv gpus" lists all of them.\n');
  });
});
