import { ENGINE_NAMES, type EngineSetting, engineSettings } from '@kv/core';
import { type Deployment, printLaunch, readLaunch } from '@kv/core/launch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { launchCommand, launchCommandOf } from '../src/index.js';

const CACHE_DTYPES = {
  vllm: ['bf16', 'fp16', 'fp8_e4m3', 'fp8_e5m2', 'int8', 'nvfp4'],
  sglang: ['bf16', 'fp8_e4m3', 'fp8_e5m2', 'nvfp4'],
  'llama.cpp': ['fp32', 'fp16', 'bf16', 'q8_0', 'q4_0', 'iq4_nl', 'q5_1'],
} as const;

type Commanded = keyof typeof CACHE_DTYPES;

const word = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,12}$/)
  .filter((text) => !/\.(gguf|bin|safetensors)$/i.test(text));
const model = fc.oneof(
  fc.tuple(word, word).map(([owner, name]) => ({ id: `${owner}/${name}` })),
  word.map((name) => ({ id: name })),
);
const path = fc
  .stringMatching(/^\/[A-Za-z0-9 '"$(){}\\*?!;&|<>#`~._-]{1,20}\/m\.gguf$/)
  .filter((text) => !text.includes('<'))
  .map((unknown) => ({ unknown }));

function valuesOf({ type }: EngineSetting): fc.Arbitrary<number | boolean | string> {
  if (typeof type !== 'string') {
    return fc.constantFrom(...type);
  }
  return type === 'integer'
    ? fc.integer({ min: 1, max: 2 ** 40 })
    : type === 'number'
      ? fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10)
      : type === 'fraction'
        ? fc.double({ min: 1e-9, max: 1, noNaN: true })
        : fc.boolean();
}

function deployments(engine: Commanded): fc.Arbitrary<Deployment> {
  const count = fc.integer({ min: 1, max: 64 });
  const settings = engineSettings(engine).filter(
    ({ key, type }) =>
      key !== 'version' &&
      (typeof type !== 'string' || ['integer', 'number', 'fraction', 'boolean'].includes(type)),
  );
  const dtype = fc.constantFrom(...CACHE_DTYPES[engine]);
  const isLlamacpp = engine === 'llama.cpp';
  const splits = {
    vllm: ['tensorParallel', 'pipelineParallel', 'dataParallel', 'contextParallel'],
    sglang: ['tensorParallel', 'pipelineParallel', 'dataParallel'],
    'llama.cpp': [],
  }[engine];
  return fc
    .record({
      model: isLlamacpp ? fc.oneof(model, path) : model,
      settings: fc.record(Object.fromEntries(settings.map((setting) => [setting.key, valuesOf(setting)])), {
        requiredKeys: [],
      }),
      contextLength: fc.option(fc.integer({ min: 1, max: 2 ** 30 }), { nil: undefined }),
      numSequences: fc.option(count, { nil: undefined }),
      dtypes: fc.option(fc.tuple(dtype, dtype), { nil: undefined }),
      parallelism: fc.record(Object.fromEntries(splits.map((split) => [split, count])), { requiredKeys: [] }),
      devices: fc.option(fc.integer({ min: 1, max: 16 }), { nil: undefined }),
    })
    .map(({ model: ref, settings: values, contextLength, numSequences, dtypes, parallelism, devices }) => ({
      model: 'unknown' in ref ? { unknown: ref.unknown, give: '-m' } : { id: ref.id },
      engine: { name: engine, settings: values as Deployment['engine']['settings'] },
      load: {
        ...(contextLength === undefined ? {} : { contextLength }),
        ...(isLlamacpp && numSequences !== undefined ? { numSequences } : {}),
        ...(dtypes === undefined
          ? {}
          : { keyDtype: dtypes[0], valueDtype: isLlamacpp ? dtypes[1] : dtypes[0] }),
      },
      parallelism: isLlamacpp && devices !== undefined ? { pipelineParallel: devices } : parallelism,
      devices: devices === undefined ? [] : [{ count: devices }],
    }));
}

/** A setting that is off is not said by a flag that can only be switched on. */
function saidBy(deployment: Deployment, read: Deployment): Deployment {
  const settings = Object.entries(deployment.engine.settings).filter(
    ([key, value]) => value !== false || key in read.engine.settings,
  );
  return { ...deployment, engine: { ...deployment.engine, settings: Object.fromEntries(settings) } };
}

describe('a deployment printed as a command', () => {
  it.each(Object.keys(CACHE_DTYPES) as Commanded[])('reads back to itself on %s', (engine) => {
    fc.assert(
      fc.property(deployments(engine), (deployment) => {
        const { deployment: read, missing, words } = readLaunch(launchCommand(printLaunch(deployment)));
        expect(read).toEqual(saidBy(deployment, read));
        expect(words.filter(({ is }) => is === 'unknown' || is === 'removed')).toEqual([]);
        expect(missing.length).toBe('unknown' in deployment.model ? 1 : 0);
      }),
    );
  });

  it('is refused for engines without a command, for models without a name and for what no flag says', () => {
    const said = { engine: { name: 'vllm', settings: {} }, load: {}, parallelism: {}, devices: [] };
    for (const name of ENGINE_NAMES.filter((one) => !(one in CACHE_DTYPES))) {
      expect(() => printLaunch({ ...said, model: { id: 'a/b' }, engine: { name, settings: {} } })).toThrow(
        /no command/,
      );
    }
    expect(() => printLaunch({ ...said, model: { unknown: 'no model is named', give: 'one' } })).toThrow(
      /needs a model/,
    );
    expect(() =>
      printLaunch({ ...said, model: { id: 'a/b' }, load: { keyDtype: 'q8_0', valueDtype: 'q8_0' } }),
    ).toThrow(/kv-cache-dtype/);
    expect(() =>
      printLaunch({ ...said, model: { id: 'a/b' }, engine: { name: 'vllm', settings: { nothing: 1 } } }),
    ).toThrow(/nothing/);
    expect(() =>
      printLaunch({
        ...said,
        engine: { name: 'llama.cpp', settings: {} },
        model: { id: 'a/b' },
        parallelism: { tensorParallel: 2 },
      }),
    ).toThrow(/tensorParallel/);
  });

  it('says how many tokens a draft model proposes', () => {
    const deployment: Deployment = {
      model: { id: 'org/target' },
      draft: { id: 'org/draft' },
      engine: { name: 'vllm', settings: { numSpeculativeTokens: 3 } },
      load: {},
      parallelism: {},
      devices: [],
    };
    expect(readLaunch(launchCommand(printLaunch(deployment))).deployment).toEqual(deployment);
    expect(launchCommandOf(['vllm', 'serve', 'org/target']).program).toBe('vllm');
  });
});
