import { describe, expect, it } from 'vitest';
import { CATALOGUE, findEntry, modelFromEntry } from '../../src/catalogue/index.js';
import { parseWeightFormat } from '../../src/deployment/weight-format-names.js';
import { weightsInFormat } from '../../src/deployment/weight-formats.js';
import type { Model } from '../../src/model/model.js';
import { InputError } from '../../src/text/errors.js';

function model(id: string): Model {
  const entry = findEntry(id);
  return entry === undefined ? expect.fail(`${id} is not in the catalogue`) : modelFromEntry(entry);
}

/**
 * Bits a weight and GiB of Llama 3.1 8B as llama-quantize makes it: ggml-org/llama.cpp, `tools/quantize/README.md`,
 * commit 311c2c9.
 */
const LLAMA: Readonly<Record<string, readonly [number, number]>> = {
  q2_k: [3.1593, 2.95],
  q3_k_s: [3.6429, 3.41],
  q3_k_l: [4.2979, 4.02],
  q4_k_s: [4.6672, 4.36],
  q4_k_m: [4.8944, 4.58],
  q5_k_s: [5.5704, 5.21],
  q5_k_m: [5.7036, 5.33],
  q6_k: [6.5633, 6.14],
  iq4_xs: [4.4597, 4.17],
};

describe('weights as llama-quantize makes them', () => {
  it.each(Object.entries(LLAMA))('%s: to the published digits', (format, [bits, gibibytes]) => {
    const weights = weightsInFormat(model('meta-llama/Llama-3.1-8B'), parseWeightFormat(format));
    const { bytes = 0, parameters = 1, source } = weights ?? {};
    expect(
      [(8 * bytes) / parameters, bytes / 2 ** 30].map((figure, index) => figure.toFixed(index === 0 ? 4 : 2)),
    ).toEqual([bits.toFixed(4), gibibytes.toFixed(2)]);
    expect(source).toContain('by tensor');
  });

  it('are whole bytes for every model whose matrices are known, more with more bits of the same recipe', () => {
    for (const entry of CATALOGUE) {
      const own = modelFromEntry(entry);
      if (own.weightMatrices !== undefined) {
        const sizes = ['q4_k_m', 'q5_k_m', 'q6_k'].map(
          (recipe) => weightsInFormat(own, parseWeightFormat(recipe))?.bytes ?? 0,
        );
        expect(sizes.every((size) => Number.isSafeInteger(size) && size > 0)).toBe(true);
        expect(sizes).toEqual([...sizes].sort((one, other) => one - other));
      }
    }
  });
});

describe('weights as quantizers store them', () => {
  it.each([
    // Of 128 numbers, a scale of 16 bits and a zero point of 4; GPTQ has an index for each input too.
    ['awq', 4 + 20 / 128, 1e-9],
    ['gptq', 4 + 20 / 128, 0.02],
    // Of 32 numbers, a scale of 8 bits.
    ['mxfp4', 4 + 8 / 32, 1e-9],
  ])('%s: scales and zero points included', (format, least, more) => {
    const own = model('meta-llama/Llama-3.1-8B');
    const matrices = weightsInFormat(own, parseWeightFormat(format))?.parts?.find(
      ({ kind }) => kind === 'projection',
    );
    const bits = (8 * (matrices?.bytes ?? 0)) / (matrices?.parameters ?? 1);
    expect(bits).toBeGreaterThanOrEqual(least);
    expect(bits).toBeLessThan(least + more);
  });

  it('are refused by name where only the whole size is known, and unknown where nothing is', () => {
    const { weightMatrices: _, ...whole } = model('meta-llama/Llama-3.1-8B');
    expect(() => weightsInFormat(whole, 'q4_k_m')).toThrow(InputError);
    expect(() => weightsInFormat(whole, 'q4_k_m')).toThrow('not known');
    const { weights: __, ...nothing } = whole;
    expect(weightsInFormat(nothing, 'q4_k_m')).toBeUndefined();
    expect(weightsInFormat(whole, 'fp8_e4m3')?.bytes).toBeGreaterThan(0);
  });

  it('have names in any case, and those that are known are told', () => {
    expect(parseWeightFormat(' Q4_K_M ')).toBe('q4_k_m');
    expect(parseWeightFormat('fp8')).toBe('fp8_e4m3');
    expect(() => parseWeightFormat('q4_k_xxl')).toThrow(/q4_k_m/);
  });
});
