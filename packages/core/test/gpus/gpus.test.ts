import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { availableBytes, GPUS, gpuNamed, searchGpus } from '../../src/gpus/index.js';
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
      expect(availableBytes(gpu)).toBeLessThanOrEqual(gpu.memoryBytes);
      // Error correction that is stored in the memory itself takes 1/16.
      expect(availableBytes(gpu)).toBeGreaterThan(0.93 * gpu.memoryBytes);
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
    expect(searchGpus('rtx super').map(({ id }) => id)).toEqual(['rtx-4070-ti-super', 'rtx-4080-super']);
    expect(searchGpus('nothing like it')).toEqual([]);
  });

  it('report what nvidia-smi prints', () => {
    // modal-labs/modal-client, pull request 2797: 85,520,809,984 bytes on an H100.
    expect(availableBytes(gpuNamed('h100'))).toBe(85_520_809_984);
    expect(availableBytes(gpuNamed('a100-80gb'))).toBe(80 * 2 ** 30);
  });
});
