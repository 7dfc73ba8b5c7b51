import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightsInFormat } from '../../src/deployment/weight-formats.js';
import { budgetNamed } from '../../src/engines/all-budgets.js';
import { engineNamed } from '../../src/engines/all-engines.js';
import { fullestOf } from '../../src/fit/budget.js';
import { fit as whatFits } from '../../src/fit/fit.js';
import { gpuNamed, gpusNamed } from '../../src/gpus/index.js';
import { readDeployment } from '../../src/settle/read.js';
import { settle } from '../../src/settle/settle.js';
import type { DeploymentTexts } from '../../src/settle/texts.js';
import { InputError } from '../../src/text/errors.js';
import { MEMORIES, modelOf } from '../arbitraries.js';
import { deployment } from './arbitraries.js';

const [full] = fc.sample(MEMORIES.full, { numRuns: 1, seed: 1 });
const MODEL = modelOf(full === undefined ? [] : [full], {
  weights: { bytes: 2 ** 30, parameters: 2 ** 29, source: 'a test' },
});

const settled = (texts: DeploymentTexts, model = MODEL) =>
  settle(readDeployment({ model: 'm', ...texts }, { gpusNamed }), {
    model,
    engineNamed,
    weightsInFormat,
    gpuNamed,
  });

describe('settling', () => {
  it('keeps what was said, or says in a sentence why it cannot be', () => {
    fc.assert(
      fc.property(deployment, (said) => {
        try {
          const {
            case: item,
            settings,
            devices,
            reasons,
          } = settle(said, { model: MODEL, engineNamed, weightsInFormat, gpuNamed });
          expect(item.workload).toMatchObject({ ...said.load, ...said.parallelism });
          expect(settings).toMatchObject(said.engine.settings);
          expect(devices?.count).toBe(said.devices[0]?.count ?? devices?.count);
          for (const [key, reason] of Object.entries(reasons.settings)) {
            expect(said.engine.settings[key]).toBeUndefined();
            expect(reason).not.toBe('');
          }
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes the context of 32k, or what the model was made for', () => {
    expect(settled({}).case.workload.contextLength).toBe(32_768);
    const short = settled({}, { ...MODEL, maxPositionEmbeddings: 2048 });
    expect(short.case.workload.contextLength).toBe(2048);
    expect(short.reasons.contextLength).toBe('what test was made for');
    expect(settled({ context: '4k' }).reasons.contextLength).toBe('as asked');
  });

  it('splits a model over several devices as the engine does, unless something is said of it', () => {
    expect(settled({ gpu: '4xh100', engine: 'vllm' }).case.workload.tensorParallel).toBe(4);
    expect(settled({ gpus: '4', engine: 'llama.cpp' }).case.workload.pipelineParallel).toBe(4);
    const said = settled({ gpu: '4xh100', dp: '4' });
    expect(said.case.workload).toMatchObject({ tensorParallel: 1, dataParallel: 4 });
    expect(said.devices?.count).toBe(4);
    expect(() => settled({ gpu: '4xh100', tp: '2' })).toThrow('--tp 2 takes 2 GPUs, but --gpus is 4');
    expect(() => settled({ gpu: 'h100,a100-80gb' })).toThrow('h100-sxm and a100-80gb');
  });

  it('takes what the engine takes on the device, with the reason', () => {
    const onSmall = settled({ engine: 'vllm', gpu: 'rtx-4090' });
    expect(onSmall.settings).toEqual({
      maxNumBatchedTokens: 2048,
      maxNumSeqs: 256,
      gdnPrefillBackend: 'triton',
    });
    expect(onSmall.reasons.settings.maxNumSeqs).toBe('what vllm takes on NVIDIA GeForce RTX 4090');
    const said = settled({ engine: 'vllm', gpu: 'rtx-4090', settings: { 'max-num-seqs': '8' } });
    expect(said.settings.maxNumSeqs).toBe(8);
    expect(said.reasons.settings.maxNumSeqs).toBeUndefined();
  });

  it('counts weights as they are said to be', () => {
    expect(settled({ weights: '5GiB' }).case.model.weights).toEqual({
      bytes: 5 * 2 ** 30,
      source: '--weights',
    });
    expect(settled({ weightDtype: 'fp8' }).case.model.weights?.bytes).toBe(2 ** 29);
    expect(settled({ memory: '24GiB' }).devices?.device).toMatchObject({
      name: 'GPU of 24.0 GiB',
      total: { bytes: 24 * 2 ** 30 },
      totalSource: '--memory',
    });
  });

  it('takes the part of memory that SGLang is told to, on the command and on the page alike', () => {
    const { devices, ...rest } = settled({
      ...{ engine: 'sglang', gpu: 'h100', settings: { 'mem-fraction-static': '0.85' } },
    });
    if (devices === undefined) {
      throw new Error('A device is named.');
    }
    const { usable } = fullestOf(whatFits({ ...rest, devices, budget: budgetNamed('sglang') }).budget);
    expect(usable.bytes).toBe(Math.floor(devices.device.total.bytes * 0.85));
  });
});
