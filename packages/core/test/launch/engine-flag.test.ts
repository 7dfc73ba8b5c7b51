import { describe, expect, it } from 'vitest';
import { ENGINE_NAMES, engineSettings } from '../../src/engines/all-settings.js';
import { engineFlag, modelledFlags } from '../../src/launch/engine-flag.js';

describe("an engine's flag", () => {
  it.each([
    ['vllm', '-tp', { text: 'tp' }],
    ['vllm', '--max-model-len', { text: 'context' }],
    ['vllm', '--max-num-seqs', { setting: '--max-num-seqs' }],
    ['vllm', '--dtype', 'not-modelled'],
    ['vllm', '--port', 'no-matter'],
    ['sglang', '--tp-size', { text: 'tp' }],
    ['sglang', '--mem-fraction-static', { setting: '--mem-fraction-static' }],
    ['llama.cpp', '-ctk', { text: 'keyDtype' }],
    ['llama.cpp', '-c', { text: 'ctxSize' }],
    ['llama.cpp', '-np', { text: 'sequences' }],
    ['llama.cpp', '-b', { setting: '--batch-size' }],
    ['llama.cpp', '--threads', 'no-matter'],
  ])('of %s, %s, means %j', (engine, written, means) => {
    expect(engineFlag(engine, written)?.means).toEqual(means);
  });

  it('may turn a setting off', () => {
    expect(engineFlag('llama.cpp', '-no-kvu')).toEqual({
      flag: '--kv-unified',
      isNegated: true,
      means: { setting: '--kv-unified' },
    });
  });

  it('is none of an engine that no command starts, and of none that does not have it', () => {
    expect(engineFlag('ideal', '--max-model-len')).toBeUndefined();
    expect(engineFlag('vllm', '--swa-full')).toBeUndefined();
    expect(engineFlag('vllm', '--constructor')).toBeUndefined();
  });

  it('is known for every setting that the engine itself has a flag for', () => {
    // vLLM reads its layer partition from the environment alone.
    const parameters = ['--engine-version', '--num-speculative-tokens', '--pp-layer-partition'];
    for (const engine of ENGINE_NAMES.filter((name) => modelledFlags(name).length > 0)) {
      for (const { flag } of engineSettings(engine).filter((setting) => !parameters.includes(setting.flag))) {
        expect(engineFlag(engine, flag)?.means, `${flag} of ${engine}`).toEqual({ setting: flag });
      }
    }
  });
});
