import { describe, expect, it } from 'vitest';
import { flagTable, isThere, keyOf, placeOf } from '../../../src/engines/launch/flag-table.js';
import { LLAMACPP_FLAG_TABLE } from '../../../src/engines/llamacpp/launch.js';
import { LLAMACPP_MEMORY_FLAGS } from '../../../src/engines/llamacpp/memory-flags.js';
import { LLAMACPP_SETTINGS } from '../../../src/engines/llamacpp/settings.js';
import { SGLANG_FLAG_TABLE } from '../../../src/engines/sglang/launch.js';
import { SGLANG_MEMORY_FLAGS } from '../../../src/engines/sglang/memory-flags.js';
import { SGLANG_SETTINGS } from '../../../src/engines/sglang/settings.js';
import { VLLM_FLAG_TABLE } from '../../../src/engines/vllm/launch.js';
import { VLLM_MEMORY_FLAGS } from '../../../src/engines/vllm/memory-flags.js';
import { VLLM_SETTINGS } from '../../../src/engines/vllm/settings.js';

const ENGINES = [
  [
    'vLLM',
    VLLM_FLAG_TABLE,
    VLLM_MEMORY_FLAGS,
    VLLM_SETTINGS,
    new Set(['version', 'numSpeculativeTokens', 'ppLayerPartition']),
  ],
  ['SGLang', SGLANG_FLAG_TABLE, SGLANG_MEMORY_FLAGS, SGLANG_SETTINGS, new Set(['version'])],
  ['llama.cpp', LLAMACPP_FLAG_TABLE, LLAMACPP_MEMORY_FLAGS, LLAMACPP_SETTINGS, new Set(['version'])],
] as const;

describe.each(ENGINES)('the flags of %s', (_, table, memory, settings, without) => {
  it('have each name once, and releases in order', () => {
    const names = table.flags.flatMap((flag) => flag.names);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(table.flags.every(({ since, until }) => since >= 0 && (until === -1 || since <= until))).toBe(
      true,
    );
    expect(table.flags.filter((flag) => isThere(flag, placeOf(table, undefined))).length).toBeGreaterThan(
      250,
    );
  });

  it('are those that change memory, by names that they have', () => {
    expect([...memory.keys()].filter((name) => table.byName.get(name)?.isNegated !== false)).toEqual([]);
  });

  it('say every setting that the rules count', () => {
    const keys = new Set([...memory.keys()].map(keyOf));
    expect(settings.map(({ key }) => key).filter((key) => !keys.has(key) && !without.has(key))).toEqual([]);
  });
});

describe('a table', () => {
  const table = flagTable(
    '1.0.0 1.1.0 1.1.1 1.10.0',
    '--a,-a int\n--b string ..1.1.0\n--c switch 1.1.1..\n--d int ..<1.0.0',
  );

  it('knows which releases have a flag', () => {
    const of = (name: string, release?: string) => {
      const found = table.byName.get(name);
      return found !== undefined && isThere(found.flag, placeOf(table, release));
    };
    expect([
      of('-a'),
      of('--b'),
      of('--b', '1.1.0'),
      of('--c', '1.0.0'),
      of('--no-c'),
      of('--d', '1.0.0'),
    ]).toEqual([...[true, false, true, false, true, false]]);
  });

  it('places releases that are not listed behind those before them', () => {
    expect([
      placeOf(table, '1.1.5'),
      placeOf(table, '0.9'),
      placeOf(table, '2.0.0'),
      placeOf(table, '1.9.0'),
    ]).toEqual([2, 0, 3, 2]);
  });
});
