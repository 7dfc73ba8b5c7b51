import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENGINE_NAMES, engineSettings } from '../../src/engines/all-settings.js';
import { gpusNamed } from '../../src/gpus/index.js';
import { flagsOf, textsOf } from '../../src/settle/print.js';
import { readDeployment } from '../../src/settle/read.js';
import type { DeploymentTexts, TextName } from '../../src/settle/texts.js';
import { InputError } from '../../src/text/errors.js';
import { deployment } from './arbitraries.js';

describe('a deployment', () => {
  it('is read back from the texts that it is printed to', () => {
    fc.assert(
      fc.property(deployment, (said) => {
        expect(readDeployment(textsOf(said), { gpusNamed })).toEqual(said);
      }),
      { numRuns: 500 },
    );
  });

  it('is plain JSON', () => {
    fc.assert(
      fc.property(deployment, (said) => {
        expect(JSON.parse(JSON.stringify(said))).toEqual(said);
      }),
    );
  });

  it('is printed as flags, the model first, whose values read as its texts', () => {
    fc.assert(
      fc.property(deployment, (said) => {
        const { model, settings = {}, ...texts } = textsOf(said);
        const flags = [...flagsOf(said)];
        if (model !== undefined) {
          expect(flags.shift()).toBe(model);
        }
        for (const text of [...Object.values(texts), ...Object.values(settings)]) {
          expect(text === 'on' || text === 'off' || flags.includes(text)).toBe(true);
        }
        for (const flag of Object.keys(settings)) {
          expect(flags.some((one) => one === `--${flag}` || one === `--no-${flag}`)).toBe(true);
        }
      }),
    );
  });
});

const read = (texts: DeploymentTexts) => readDeployment({ model: 'm', ...texts }, { gpusNamed });

describe('reading', () => {
  it('knows devices with their number, as people write them', () => {
    for (const gpu of ['4xh100', '4 x H100', 'h100:4', '4xH100', '4×h100']) {
      expect(read({ gpu }).devices).toEqual([{ gpu: 'h100-sxm', count: 4 }]);
    }
    expect(read({ gpu: 'h100', gpus: '8' }).devices).toEqual([{ gpu: 'h100-sxm', count: 8 }]);
    expect(read({ gpu: '8xh100', gpus: '8' }).devices).toEqual([{ gpu: 'h100-sxm', count: 8 }]);
    expect(read({ gpu: 'rtx-4090' }).devices).toEqual([{ gpu: 'rtx-4090' }]);
    expect(read({ memory: '24GiB' }).devices).toEqual([{ memoryBytes: 24 * 2 ** 30 }]);
    expect(read({}).devices).toEqual([]);
  });

  it('takes auto for what is not said', () => {
    expect(read({ kvDtype: 'auto' }).load).toEqual({});
    expect(read({ kvDtype: 'fp8', keyDtype: 'auto' }).load).toEqual({ valueDtype: 'fp8_e4m3' });
  });

  it.each<[DeploymentTexts, string]>([
    [{ gpu: '4xh100', gpus: '2' }, '--gpu names 4 GPUs, but --gpus is 2'],
    [{ gpu: '0xh100' }, '"0xh100" are no GPUs'],
    [{ gpu: 'h100,rtx-4090', gpus: '2' }, '--gpus is of one kind of GPU'],
    [{ weights: '16GB', weightDtype: 'fp8' }, '--weights gives the size of the weights and --weight-dtype'],
    [{ context: 'long' }, '--context is "long"'],
    [{ tp: '0' }, '--tp is 0'],
    [{ engine: 'vlm' }, 'did you mean vllm?'],
    [
      { engine: 'vllm', settings: { 'swa-full': 'on' } },
      '--swa-full is a setting of llama.cpp; the engine vllm',
    ],
    [{ engine: 'vllm', settings: { 'gpu-memory-utilization': '1.5' } }, '--gpu-memory-utilization is 1.5'],
    [{ embDim: '64' }, 'Give either a model or geometry by hand (--emb-dim'],
  ])('says what is wrong with %j', (texts, message) => {
    expect(() => read(texts)).toThrow(message);
  });

  it('asks for a model, and names fields as its caller does', () => {
    expect(() => readDeployment({}, { gpusNamed })).toThrow('give --emb-dim, --n-heads and --n-layers');
    const control = (text: TextName) => `the field ${text}`;
    expect(() => readDeployment({ model: 'm', sequences: 'x' }, { gpusNamed, nameOf: control })).toThrow(
      'the field sequences is "x"',
    );
  });

  it('answers any texts with a deployment or a sentence', () => {
    const text = fc.option(fc.oneof(fc.constantFrom('1', '4xh100', '80GB', 'fp8', '0'), fc.string()), {
      nil: undefined,
    });
    const keys = ['context', 'sequences', 'kvDtype', 'tp', 'gpu', 'gpus', 'memory', 'weights', 'overhead'];
    const texts = fc.record(Object.fromEntries(keys.map((key) => [key, text])), { noNullPrototype: true });
    fc.assert(
      fc.property(texts, fc.constantFrom(...ENGINE_NAMES), (any, engine) => {
        try {
          expect(read({ ...any, engine }).engine.name).toBe(engine);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });

  it('knows every setting of every engine by its flag', () => {
    for (const name of ENGINE_NAMES) {
      for (const { flag, type, key } of engineSettings(name)) {
        const text =
          type === 'integer' || type === 'number'
            ? '7'
            : type === 'fraction'
              ? '0.5'
              : type === 'boolean'
                ? 'on'
                : type === 'text'
                  ? 'x'
                  : type[0];
        const { engine } = read({ engine: name, settings: { [flag.replace(/^--/, '')]: text ?? '' } });
        expect(key === 'version' ? engine.release : engine.settings[key]).toBeDefined();
      }
    }
  });
});
