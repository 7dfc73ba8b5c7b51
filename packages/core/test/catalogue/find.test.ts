import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, findEntry, nearestIds, searchCatalogue } from '../../src/catalogue/index.js';
import { InputError } from '../../src/text/errors.js';

const anyEntry = fc.constantFrom(...CATALOGUE);

describe('findEntry', () => {
  it('finds every id, alias and full name, in any case', () => {
    fc.assert(
      fc.property(anyEntry, fc.boolean(), (entry, loud) => {
        const cased = (text: string) => (loud ? text.toUpperCase() : text.toLowerCase());
        for (const id of [entry.id, ...(entry.aliases ?? [])]) {
          expect(findEntry(cased(id))).toBe(entry);
        }
      }),
    );
  });

  it('finds a name without its organization, and before it tails of longer names', () => {
    expect(findEntry('Llama-3.1-8B')?.id).toBe('meta-llama/Llama-3.1-8B');
    expect(findEntry('deepseek-v3')?.id).toBe('deepseek-ai/DeepSeek-V3');
    expect(findEntry('3.1-405b')?.id).toBe('meta-llama/Llama-3.1-405B');
  });

  it('finds a repository under the name that it had before', () => {
    expect(findEntry('meta-llama/Meta-Llama-3.1-8B')?.id).toBe('meta-llama/Llama-3.1-8B');
  });

  it.each([
    ['Llama-3.1-8B-Instruct', 'meta-llama/Llama-3.1-8B'],
    ['meta-llama/Meta-Llama-3.1-70B-Instruct', 'meta-llama/Llama-3.1-70B'],
    ['DeepSeek-R1-0528', 'deepseek-ai/DeepSeek-R1'],
    ['DeepSeek-R1-Distill-Qwen-32B', 'Qwen/Qwen2.5-32B'],
    ['Qwen3-14B', 'Qwen/Qwen3-14B'],
    ['gemma-3-27b-it', 'google/gemma-3-27b-it'],
    ['GLM-4.6', 'zai-org/GLM-4.6'],
  ])('finds %s, the first thing that people type', (name, id) => {
    expect(findEntry(name)?.id).toBe(id);
  });

  it('names the candidates where a tail is that of several', () => {
    expect(() => findEntry('8B')).toThrow(InputError);
    expect(() => findEntry('8B')).toThrow(/Qwen\/Qwen3-8B/);
  });

  it('finds nothing for other texts, and never breaks on one', () => {
    expect(findEntry('')).toBeUndefined();
    expect(findEntry('ama-3.1-8B')).toBeUndefined();
    expect(findEntry('no-such-model')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          findEntry(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe('searchCatalogue', () => {
  it('finds what has every word, in any order and case', () => {
    const ids = (text: string) => searchCatalogue(text).map(({ id }) => id);
    expect(ids('llama 70b')).toContain('meta-llama/Llama-3.1-70B');
    expect(ids('70B LLAMA')).toEqual(ids('llama 70b'));
    expect(ids('llama 70b qwen')).toEqual([]);
  });

  it('lists names that begin with a word first, and the best known first', () => {
    const found = searchCatalogue('llama');
    const begins = found.map(({ id, aliases = [] }) =>
      [id, ...aliases].some((name) => /(^|\/)llama/i.test(name)),
    );
    expect(begins.lastIndexOf(true)).toBe(begins.indexOf(false) - 1);
    const fame = found.filter((_, index) => begins[index]).map(({ mentions = 0 }) => mentions);
    expect(fame).toEqual([...fame].sort((one, other) => other - one));
  });

  it('finds by architecture and model_type', () => {
    expect(searchCatalogue('GptOssForCausalLM').length).toBeGreaterThan(0);
    expect(searchCatalogue('qwen3_5_moe_text').length).toBeGreaterThan(0);
  });

  it('is the whole catalogue for no words, and smaller with each word', () => {
    expect(searchCatalogue(' ')).toEqual(CATALOGUE);
    fc.assert(
      fc.property(anyEntry, fc.stringMatching(/^[a-z0-9]{1,3}$/), ({ id }, word) => {
        const fewer = searchCatalogue(`${id} ${word}`);
        expect(searchCatalogue(id)).toEqual(expect.arrayContaining([...fewer]));
      }),
    );
  });
});

describe('nearestIds', () => {
  it('finds what a typo may have meant, the nearest first', () => {
    expect(nearestIds('llama-3.1-9b')[0]).toBe('meta-llama/Llama-3.1-8B');
    expect(nearestIds('meta-lama/Llama-3.1-70B')[0]).toBe('meta-llama/Llama-3.1-70B');
    expect(nearestIds('zebra')).toEqual([]);
  });

  it('offers the best known of equally near names first', () => {
    expect(nearestIds('llama-3.1-8b-instrct')[0]).toBe('meta-llama/Llama-3.1-8B');
    expect(nearestIds('Qwen3-8B-AWQ')[0]).toBe('Qwen/Qwen3-8B');
    expect(nearestIds('nosuchorganization/Llama-3.1-8B-Instruct')).not.toContain('meta-llama/Llama-3.2-1B');
    expect(nearestIds('llama-3')[0]).toBe('meta-llama/Llama-3.1-8B');
  });

  it('finds what a part of a name may have meant', () => {
    expect(nearestIds('qwen3-next')).not.toEqual([]);
    for (const id of nearestIds('qwen3-next')) {
      expect(id.toLowerCase()).toContain('qwen3-next');
    }
  });
});
