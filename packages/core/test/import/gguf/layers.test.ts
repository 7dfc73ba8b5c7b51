import { describe, expect, it } from 'vitest';
import { full, plain, read, sliding, window } from './files.js';

describe('layers', () => {
  it('have as many key-value heads as query heads where the file names none, and bigints are integers', () => {
    const { 'llama.attention.head_count_kv': _, ...metadata } = plain('llama');
    expect(read({ ...metadata, 'llama.block_count': 1n }).layers).toEqual([{ ...full, numKeyValueHeads: 8 }]);
  });

  it('keep nothing where a list gives them no heads', () => {
    const kinds = read(plain('deci', { 'attention.head_count_kv': [2, 0, 2, 2] })).layers.map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['full', 'none', 'full', 'full']);
  });

  it('for multi-token prediction are not counted', () => {
    expect(read(plain('glm4moe', { nextn_predict_layers: 1 })).layers).toHaveLength(3);
  });

  it.each([
    ['the last of every two is full', plain('gpt-oss', window), 'sfsf'],
    [
      'another period is stated',
      plain('gpt-oss', { ...window, 'attention.sliding_window_pattern': 4 }),
      'sssf',
    ],
    [
      'a period of 1 has no sliding layers',
      plain('gemma3', { ...window, 'attention.sliding_window_pattern': 1 }),
      'ffff',
    ],
    [
      'a period of 0 has no full ones',
      plain('gemma3', { ...window, 'attention.sliding_window_pattern': 0 }),
      'ssss',
    ],
    ['the first of every four is full', plain('laguna', window), 'fsss'],
    [
      'layers are listed',
      plain('mimo2', { ...window, 'attention.sliding_window_pattern': [false, true, true, false] }),
      'fssf',
    ],
    ['there is no window', plain('olmo2'), 'ffff'],
    ['the window is 0', plain('phi3', { 'attention.sliding_window': 0 }), 'ffff'],
    ['every layer slides', plain('phi3', window), 'ssss'],
  ])('slide where they do: %s', (_what, metadata, expected) => {
    const kinds = read(metadata).layers.map(({ kind }) => (kind === 'sliding' ? 's' : 'f'));
    expect(kinds.join('')).toBe(expected);
  });

  it('slide over the window of the architecture where the file states none, or another', () => {
    expect(read(plain('gemma2')).layers[0]).toEqual(sliding(4096));
    expect(read(plain('smallthinker', window)).layers[1]).toEqual(sliding(4096));
    expect(read(plain('cohere2', window)).layers[0]).toEqual(sliding(128));
  });

  it('have heads of another size in a window', () => {
    const metadata = plain('step35', {
      ...window,
      'attention.sliding_window_pattern': [true, false, false, false],
      'attention.key_length_swa': 32,
      'attention.value_length_swa': 16,
    });
    expect(read(metadata).layers[0]).toEqual({ ...sliding(128), keyHeadDim: 32, valueHeadDim: 16 });
  });

  it.each([
    ['run several times', plain('nanbeige', { num_loops: 3 }), 12],
    ['with a router behind them', plain('graniteswitch'), 5],
  ])('are cached as often as they are kept: %s', (_what, metadata, expected) => {
    expect(read(metadata).layers).toHaveLength(expected);
  });

  it('route tokens with a single head', () => {
    expect(read(plain('graniteswitch')).layers.at(-1)).toEqual({ ...full, numKeyValueHeads: 1 });
  });
});
