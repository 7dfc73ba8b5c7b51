import { describe, expect, it } from 'vitest';
import type { GgufMetadata } from '../../../src/import/gguf.js';
import { InputError } from '../../../src/text/errors.js';
import { indexer, latent, plain, read, ssm, window } from './files.js';

describe('what cannot be read', () => {
  it.each([
    ['a file without an architecture', {}, /"general.architecture" is absent/],
    ['an encoder', plain('bert'), /"bert" is an encoder/],
    ['a diffusion model', plain('llada'), /reads all tokens anew/],
    ['a draft', plain('eagle3'), /cache of another model/],
    ['a projector', plain('clip'), /projector/],
    ['no blocks', plain('llama', { block_count: 0 }), /"llama.block_count" is 0/],
    ['too many blocks', plain('llama', { block_count: 2 ** 31 }), /at most 100000/],
    [
      'a list of the wrong length',
      plain('llama', { 'attention.head_count_kv': [2, 2] }),
      /a list of 2; .* a list of 4/,
    ],
    [
      'a text for a number',
      plain('llama', { 'attention.head_count': 'many' }),
      /is "many"; it must be an integer/,
    ],
    ['a window that must be there', plain('cohere2'), /no "cohere2.attention.sliding_window"/],
    [
      'a list that must be there',
      plain('mimo2', window),
      /sliding_window_pattern" is absent; it must be a list/,
    ],
    ['only predictors', plain('glm4moe', { nextn_predict_layers: 4 }), /less than the 4 blocks/],
    [
      'several latents',
      plain('deepseek2', { ...latent, 'attention.head_count_kv': 8 }),
      /1 where a latent is cached/,
    ],
    [
      'heads that do not fill a state',
      plain('mamba2', { ...ssm, 'ssm.time_step_rank': 7 }),
      /divides the 1024/,
    ],
    [
      'another compression',
      plain('deepseek4', { ...latent, ...window, 'attention.compress_ratios': [0, 4, 16, 0], ...indexer }),
      /is 16; it must be a list of 0, 4 or 128/,
    ],
  ])('ends in one sentence: %s', (_what, metadata: GgufMetadata, message) => {
    expect(() => read(metadata)).toThrow(InputError);
    expect(() => read(metadata)).toThrow(message);
  });
});
