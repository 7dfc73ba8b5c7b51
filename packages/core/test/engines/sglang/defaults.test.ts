import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../../src/deployment/workload.js';
import {
  chunkedPrefillSizeOn,
  decodeGraphBatchOn,
  loggedPrefillSizeOn,
  type SglangDevice,
} from '../../../src/engines/sglang/device-defaults.js';
import { decodeGraphSizes, prefillGraphSizes } from '../../../src/engines/sglang/graph-sizes.js';
import { memFractionOf } from '../../../src/engines/sglang/mem-fraction.js';
import { factsOf, SGLANG_RELEASES } from '../../../src/engines/sglang/releases.js';
import type { SglangSettings } from '../../../src/engines/sglang/settings.js';
import { speculationOf } from '../../../src/engines/sglang/speculation.js';
import { gpuNamed } from '../../../src/gpus/index.js';
import type { Layer } from '../../../src/model/layer.js';
import type { Model } from '../../../src/model/model.js';
import { InputError } from '../../../src/text/errors.js';
import { exactly } from '../../../src/text/quantity.js';
import { modelOf } from '../../arbitraries.js';
import { full } from '../../layers.js';

/** A question to SGLang's own code, in its words; what is absent is as in `defaults.mjs`. */
interface Asked {
  readonly architecture: string;
  readonly mib: number;
  readonly wrapper?: boolean;
  readonly vision?: { readonly num_hidden_layers?: number; readonly hidden_size?: number };
  readonly latent?: boolean;
  readonly sparse?: boolean;
  readonly kda?: boolean;
  readonly tp_size?: number;
  readonly pp_size?: number;
  readonly dp_size?: number;
  readonly enable_dp_attention?: boolean;
  readonly chunked_prefill_size?: number;
  readonly cuda_graph_max_bs?: number;
  readonly disable_cuda_graph?: boolean;
  readonly max_running_requests?: number;
  readonly context_length?: number;
  readonly speculative_algorithm?: 'EAGLE' | 'STANDALONE' | 'NGRAM';
}

interface Answer {
  readonly memFraction: number;
  readonly chunkedPrefillSize: number;
  readonly decodeGraphBatch: number | null;
  readonly speculation?: readonly number[];
}

interface Golden {
  readonly cases: readonly Asked[];
  readonly releases: readonly {
    readonly releases: readonly string[];
    readonly answers: readonly (Answer | { readonly error: string })[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../golden/sglang-defaults.json', import.meta.url), 'utf8'),
);

const MIB = 2 ** 20;

function deviceOf(mib: number): SglangDevice {
  return {
    name: 'a GPU',
    vendor: 'NVIDIA',
    total: exactly((mib - 500) * MIB),
    totalSource: 'test',
    reportedBytes: mib * MIB,
    isUnified: false,
  };
}

function askedModel({ architecture, vision, latent, sparse, kda }: Asked): Model {
  const attention: Layer =
    latent === true
      ? {
          kind: 'latent',
          kvLoraRank: 512,
          qkRopeHeadDim: 64,
          ...(sparse === true ? { indexer: { indexHeadDim: 128 } } : {}),
        }
      : full(8, 128);
  const delta: Layer = {
    kind: 'recurrent',
    mechanism: 'kimi_delta_attention',
    state: { shape: [32, 128, 128], dtype: 'fp32' },
  };
  return modelOf(kda === true ? [attention, delta] : [attention], {
    architecture,
    ...(vision === undefined
      ? {}
      : {
          visionEncoder: {
            ...(vision.num_hidden_layers === undefined ? {} : { numHiddenLayers: vision.num_hidden_layers }),
            ...(vision.hidden_size === undefined ? {} : { hiddenSize: vision.hidden_size }),
          },
        }),
  });
}

function askedWorkload({ tp_size = 1, pp_size = 1, dp_size = 1, context_length = 4096 }: Asked): Workload {
  return {
    ...DEFAULT_WORKLOAD,
    tensorParallel: tp_size,
    pipelineParallel: pp_size,
    dataParallel: dp_size,
    contextLength: context_length,
  };
}

function askedSettings(asked: Asked, version: string): SglangSettings {
  const given = {
    version,
    enableDpAttention: asked.enable_dp_attention,
    chunkedPrefillSize: asked.chunked_prefill_size,
    cudaGraphMaxBs: asked.cuda_graph_max_bs,
    disableCudaGraph: asked.disable_cuda_graph,
    maxRunningRequests: asked.max_running_requests,
    speculativeAlgorithm: asked.speculative_algorithm,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

describe.each(golden.releases)("the defaults of $releases, as SGLang's own code takes them", (group) => {
  it.each(group.releases)('%s', (version) => {
    const differing = golden.cases.flatMap((asked, index) => {
      const answer = group.answers[index];
      const settings = askedSettings(asked, version);
      // The release knows no such architecture or algorithm; or sets it elsewhere, to 0.8 for DeepSeek-V3.2 in 0.5.3.
      const isElsewhere = asked.sparse === true && factsOf(settings).sparseAttentionSetsFraction;
      if (answer === undefined || 'error' in answer || isElsewhere) {
        return [];
      }
      const ours = oursFor(asked, settings, answer);
      return JSON.stringify(ours) === JSON.stringify(answer.memFraction > 0 ? answer : 'refused')
        ? []
        : [{ asked, ours, answer }];
    });
    expect(differing).toEqual([]);
    expect(group.answers.filter((answer) => !('error' in answer)).length).toBeGreaterThan(200);
  });
});

/** A fraction that is not above 0 is none that the engine starts with. */
function oursFor(asked: Asked, settings: SglangSettings, answer: Answer): Answer | 'refused' {
  const [model, workload, device] = [askedModel(asked), askedWorkload(asked), deviceOf(asked.mib)];
  const isContextGiven = asked.context_length !== undefined;
  const speculation = speculationOf(model, settings);
  try {
    return {
      memFraction: memFractionOf({ model, workload, settings, device, isContextGiven }).fraction,
      chunkedPrefillSize: chunkedPrefillSizeOn(device, settings),
      decodeGraphBatch:
        answer.decodeGraphBatch === null ? null : decodeGraphBatchOn(device, workload, settings),
      ...(speculation?.hasDraft === true
        ? { speculation: [speculation.numSteps, speculation.topK, speculation.numDraftTokens] }
        : {}),
    };
  } catch (error) {
    if (error instanceof InputError) {
      return 'refused';
    }
    throw error;
  }
}

describe('the default of --mem-fraction-static', () => {
  const llama = modelOf([full(8, 128)], { architecture: 'LlamaForCausalLM' });
  const fractionOn = (gpu: string, settings: SglangSettings = {}, use: Partial<Workload> = {}) =>
    memFractionOf({
      model: llama,
      workload: { ...DEFAULT_WORKLOAD, ...use },
      settings,
      device: gpuNamed(gpu),
    });

  it('is what nvidia-smi prints less what chunks, graphs and ranks reserve', () => {
    expect(fractionOn('h100').fraction).toBe(0.83);
    expect(fractionOn('rtx-4090').fraction).toBe(0.704);
    expect(fractionOn('h100').explanation.join('; ')).toBe(
      '512 + 1.5 x 8192 tokens of a chunk + 2 x 256 sequences of decode graphs + 128 x 1 ranks + 8 x 58 prefill graphs = 13904 MiB; (81559 - 13904) / 81559 MiB = 0.83',
    );
  });

  it('is what is given', () => {
    expect(fractionOn('h100', { memFractionStatic: 0.7 }).fraction).toBe(0.7);
  });

  it('is refused where more is reserved than there is', () => {
    const settings = { chunkedPrefillSize: 65_536 };
    expect(() => fractionOn('rtx-4090', settings)).toThrow(InputError);
    expect(() => fractionOn('rtx-4090', settings)).toThrow(/reserves more than the 24564 MiB/);
  });

  it('is between 0 and 1, and no larger for more ranks', () => {
    const versions = fc.constantFrom(...SGLANG_RELEASES.names);
    fc.assert(
      fc.property(
        versions,
        fc.integer({ min: 15_000, max: 300_000 }),
        fc.constantFrom(1, 2, 8),
        (version, mib, ranks) => {
          const at = (tensorParallel: number) =>
            memFractionOf({
              model: llama,
              workload: { ...DEFAULT_WORKLOAD, tensorParallel },
              settings: { version, cudaGraphMaxBs: 8 },
              device: deviceOf(mib),
            }).fraction;
          expect(at(ranks)).toBeGreaterThan(0);
          expect(at(ranks)).toBeLessThan(1);
          expect(at(2 * ranks)).toBeLessThanOrEqual(at(ranks));
        },
      ),
    );
  });
});

describe('graphs', () => {
  const llama = modelOf([full(8, 128)], { architecture: 'LlamaForCausalLM' });
  const h100 = gpuNamed('h100');

  it('are captured for batches that lie close where they are small', () => {
    expect(decodeGraphSizes(h100, DEFAULT_WORKLOAD, { cudaGraphMaxBs: 24 })).toEqual([
      1, 2, 4, 8, 12, 16, 24,
    ]);
    expect(decodeGraphSizes(h100, DEFAULT_WORKLOAD, { cudaGraphMaxBs: 20 }).at(-1)).toBe(20);
    expect(decodeGraphSizes(h100, DEFAULT_WORKLOAD, { disableCudaGraph: true })).toEqual([]);
    expect(
      decodeGraphSizes(h100, DEFAULT_WORKLOAD, { cudaGraphMaxBs: 12, speculativeAlgorithm: 'EAGLE' }),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10, 12]);
  });

  it('of prefills are captured up to the tokens of a chunk, where the release has them', () => {
    const sizes = (settings: SglangSettings) =>
      prefillGraphSizes(llama, h100, DEFAULT_WORKLOAD, settings, false);
    expect(sizes({}).at(-1)).toBe(8192);
    expect(sizes({ chunkedPrefillSize: 40 })).toEqual([4, 8, 12, 16, 20, 24, 28, 32]);
    expect(sizes({ version: '0.5.9' })).toEqual([]);
  });
});

it('chunks are divided over the replicas of DP attention', () => {
  const use = { ...DEFAULT_WORKLOAD, tensorParallel: 8, dataParallel: 8 };
  expect(loggedPrefillSizeOn(gpuNamed('h200'), use, { enableDpAttention: true })).toBe(1024);
  expect(loggedPrefillSizeOn(gpuNamed('h200'), use, {})).toBe(8192);
});

describe('speculation', () => {
  const deepseek = modelOf([full(8, 128)], { architecture: 'DeepseekV3ForCausalLM' });

  it('drafts a chain of one token more than steps, or a tree', () => {
    const numbers = { speculativeAlgorithm: 'EAGLE3', speculativeNumSteps: 2 } as const;
    expect(
      speculationOf(deepseek, { ...numbers, speculativeEagleTopk: 1, speculativeNumDraftTokens: 9 }),
    ).toEqual({
      hasDraft: true,
      numSteps: 2,
      topK: 1,
      numDraftTokens: 3,
    });
    expect(
      speculationOf(deepseek, { ...numbers, speculativeEagleTopk: 4, speculativeNumDraftTokens: 9 })
        ?.numDraftTokens,
    ).toBe(9);
    expect(speculationOf(deepseek, { speculativeAlgorithm: 'NGRAM' })).toMatchObject({
      hasDraft: false,
      numDraftTokens: 12,
    });
    expect(speculationOf(deepseek, {})).toBeUndefined();
  });

  it.each([
    [
      'an algorithm of later releases',
      { version: '0.5.1', speculativeAlgorithm: 'NGRAM' },
      /has no --speculative-algorithm NGRAM/,
    ],
    ['numbers without an algorithm', { speculativeNumSteps: 3 }, /mean nothing without/],
    ['a breadth without steps', { speculativeAlgorithm: 'EAGLE', speculativeEagleTopk: 4 }, /only with/],
    [
      'steps without a breadth',
      { speculativeAlgorithm: 'EAGLE', speculativeNumSteps: 4 },
      /needs --speculative-eagle-topk/,
    ],
    [
      'a tree without its size',
      { speculativeAlgorithm: 'EAGLE', speculativeNumSteps: 4, speculativeEagleTopk: 2 },
      /needs --speculative-num-draft-tokens/,
    ],
  ] as const)('is refused: %s', (_what, settings, message) => {
    expect(() => speculationOf(deepseek, settings)).toThrow(InputError);
    expect(() => speculationOf(deepseek, settings)).toThrow(message);
  });
});
