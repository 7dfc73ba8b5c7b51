import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GPUS, gpuNamed, gpusNamed, searchGpus } from '../../src/gpus/index.js';
import { InputError } from '../../src/text/errors.js';

describe('the GPUs', () => {
  it('are forty or more, of every vendor, each with a source', () => {
    expect(GPUS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(GPUS.map(({ vendor }) => vendor))).toEqual(
      new Set(['NVIDIA', 'AMD', 'Intel', 'Apple', 'Google']),
    );
    for (const { source } of GPUS) {
      expect(source).toMatch(/NVIDIA|AMD|Intel|Apple|Google|AWS/);
    }
  });

  it('have whole numbers of GiB and bytes, and a driver never reports more than there is', () => {
    for (const gpu of GPUS) {
      expect(gpu.memoryBytes % 2 ** 30).toBe(0);
      expect(Number.isSafeInteger(gpu.bandwidthBytesPerSecond)).toBe(true);
      const { reportedBytes = gpu.memoryBytes } = gpu;
      expect(reportedBytes).toBeLessThanOrEqual(gpu.memoryBytes);
      // Error correction that is stored in the memory itself takes 1/16.
      expect(reportedBytes).toBeGreaterThan(0.93 * gpu.memoryBytes);
      // From LPDDR on a narrow bus to eight stacks of HBM3e.
      expect(gpu.bandwidthBytesPerSecond).toBeGreaterThanOrEqual(50e9);
      expect(gpu.bandwidthBytesPerSecond).toBeLessThanOrEqual(24_000e9);
    }
  });

  it('are found by id, name and alias, however they are written', () => {
    const spelling = fc.constantFrom<(text: string) => string>(
      (text) => text.toUpperCase(),
      (text) => text.replaceAll('-', ' '),
      (text) => text.replaceAll('-', ''),
      (text) => `  ${text} `,
      (text) => text.replaceAll('-', '_'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...GPUS), spelling, (gpu, respell) => {
        for (const text of [gpu.id, gpu.name]) {
          expect(gpuNamed(respell(text))).toBe(gpu);
        }
      }),
    );
  });

  it('have no name twice', () => {
    for (const gpu of GPUS) {
      expect(gpuNamed(gpu.id)).toBe(gpu);
      for (const alias of gpu.aliases) {
        expect(gpuNamed(alias)).toBe(gpu);
      }
    }
    expect(new Set(GPUS.map(({ id }) => id)).size).toBe(GPUS.length);
  });

  it.each([
    ['h100', 'h100-sxm'],
    ['NVIDIA H200', 'h200-sxm'],
    ['GeForce RTX 4090', 'rtx-4090'],
    ['a100-80gb', 'a100-80gb'],
    ['a10', 'a10'],
    ['l4', 'l4'],
    ['mi300x', 'mi300x'],
    ['mi355', 'mi355x'],
    ['4060 ti', undefined],
    ['M4 Max', 'm4-max'],
    ['ironwood', 'tpu-v7'],
    ['4090', 'rtx-4090'],
    ['2080 Ti', 'rtx-2080-ti'],
    ['1080ti', 'gtx-1080-ti'],
    ['Tesla T4', 't4'],
    ['tesla-t4', 't4'],
    ['NVIDIA H100 80GB HBM3', 'h100-sxm'],
    ['NVIDIA A100-SXM4-80GB', 'a100-80gb'],
    ['NVIDIA A100 80GB PCIe', 'a100-80gb-pcie'],
    ['Tesla V100-SXM2-32GB', 'v100-32gb'],
    ['NVIDIA GB10', 'dgx-spark'],
    ['NVIDIA RTX PRO 6000 Blackwell Workstation Edition', 'rtx-pro-6000'],
    ['NVIDIA RTX 6000 Ada Generation', 'rtx-6000-ada'],
    ['Quadro RTX 8000', 'quadro-rtx-8000'],
    ['3090s', undefined],
    ['NVIDIA GeForce RTX 4090 Laptop GPU', undefined],
  ])('%s is %s', (text, id) => {
    if (id === undefined) {
      expect(() => gpuNamed(text)).toThrow(InputError);
    } else {
      expect(gpuNamed(text).id).toBe(id);
    }
  });

  it('are named where a text means several, and guessed after a typo', () => {
    expect(() => gpuNamed('a100')).toThrow(
      '"a100" may be a100-40gb, a100-80gb-pcie, a100-80gb; say which, for they differ.',
    );
    expect(() => gpuNamed('rtx-409O')).toThrow('Unknown GPU "rtx-409O"; did you mean rtx-4090?');
    expect(() => gpuNamed('')).toThrow(/^Unknown GPU ""\. "kv gpus"/);
  });

  it('are counted before or behind the name', () => {
    fc.assert(
      fc.property(fc.constantFrom(...GPUS), fc.integer({ min: 1, max: 99_999 }), (gpu, count) => {
        for (const text of [
          `${count}x${gpu.id}`,
          `${count} X ${gpu.name}`,
          `${gpu.id}:${count}`,
          `${gpu.id} x${count}`,
        ]) {
          expect(gpusNamed(text)).toEqual([{ gpu, count }]);
        }
        expect(gpusNamed(gpu.id)).toEqual([{ gpu }]);
      }),
    );
    expect(gpusNamed('rtx-4090, 2x 3060').map(({ gpu, count }) => [gpu.id, count])).toEqual([
      ['rtx-4090', undefined],
      ['rtx-3060', 2],
    ]);
  });

  it('are counted from 1, each kind once', () => {
    expect(() => gpusNamed('0xh100')).toThrow(
      '"0xh100" are no GPUs; say how many there are, as in 2xh100-sxm.',
    );
    expect(() => gpusNamed('h100,h100')).toThrow('names h100-sxm twice');
    expect(() => gpusNamed('4xh1OO')).toThrow('Unknown GPU "h1OO"');
    expect(() => gpusNamed('h100,')).toThrow('Unknown GPU ""');
  });

  it('have a total between two ends, which no datasheet exceeds', () => {
    for (const { id, total, memoryBytes } of GPUS) {
      expect(total.low, id).toBeLessThanOrEqual(total.bytes);
      expect(total.bytes, id).toBeLessThanOrEqual(total.high);
      expect(total.high, id).toBeLessThanOrEqual(memoryBytes);
      expect([total.low, total.bytes, total.high].every(Number.isSafeInteger), id).toBe(true);
    }
  });

  it('have the total that engines print where public logs show it', () => {
    // vLLM's start-up logs round to two decimals.
    const printed = (id: string) => (gpuNamed(id).total.bytes / 2 ** 30).toFixed(2);
    expect(printed('h100')).toBe('79.19');
    expect(printed('5090')).toBe('31.36');
    expect(printed('gb10')).toBe('121.69');
  });

  it('let a Mac wire two thirds of a small memory and three quarters of a large one', () => {
    // recommendedMaxWorkingSetSize in llama.cpp's logs: 11453.25 and 51539.61 MB (10^6 bytes) of 16 and 64 GB.
    expect(gpuNamed('m1').total.bytes / 1e6).toBeCloseTo(11_453.25, 1);
    expect(gpuNamed('m1-max').total.bytes / 1e6).toBeCloseTo(51_539.61, 1);
  });

  it('say what CUDA can do with every GPU of NVIDIA, and with no other', () => {
    for (const { vendor, computeCapability, numMultiprocessors } of GPUS) {
      expect(computeCapability !== undefined && numMultiprocessors !== undefined).toBe(vendor === 'NVIDIA');
    }
  });

  it('are never taken for the start of another number', () => {
    for (const text of ['h10', 'h1', 'rtx', 'rtx30', 'l', 'a1', 'mi3', 'b2']) {
      expect(() => gpuNamed(text)).toThrow(`Unknown GPU "${text}"`);
    }
  });

  it('refuse any other text with one sentence', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(GPUS).toContain(gpuNamed(text));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message.length).toBeLessThan(300);
        }
      }),
    );
  });

  it('are searched by all words of a text', () => {
    expect(searchGpus('')).toEqual(GPUS);
    expect(searchGpus('rtx 4070 super').map(({ id }) => id)).toEqual(['rtx-4070-super', 'rtx-4070-ti-super']);
    expect(searchGpus('nothing like it')).toEqual([]);
  });

  it('report what nvidia-smi prints', () => {
    // modal-labs/modal-client, pull request 2797: 85,520,809,984 bytes on an H100.
    expect(gpuNamed('h100').reportedBytes).toBe(85_520_809_984);
    expect(gpuNamed('a100-80gb').reportedBytes).toBe(80 * 2 ** 30);
  });
});
