import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD, type Workload } from '../../src/deployment/workload.js';
import { groupedQueryAttention } from '../../src/designs/attention.js';
import { fitOf, NO_WEIGHTS } from './fits.js';
import type { Sizes } from './request.js';

describe('the most sequences that an engine runs', () => {
  const model = groupedQueryAttention({ embDim: 128, nHeads: 2, nLayers: 1, nKvGroups: 2 });
  const most = (sizes: Partial<Sizes>, workload: Partial<Workload> = {}) =>
    fitOf({
      ...{ model, weights: NO_WEIGHTS, memoryBytes: 80 * 2 ** 30, name: 'NVIDIA H100' },
      workload: { ...DEFAULT_WORKLOAD, contextLength: 16, ...workload },
      ...sizes,
    }).mostSequences;

  // `get_batch_defaults` of vllm/engine/arg_utils.py, v0.33.0.
  it.each([
    ['NVIDIA H100 80GB HBM3', 80, 1024],
    ['NVIDIA A100-SXM4-80GB', 80, 256],
    ['NVIDIA GeForce RTX 4090', 24, 256],
    ['NVIDIA B200', 179, 1024],
    ['NVIDIA DGX Spark (GB10)', 128, 256],
    ['NVIDIA GB100', 128, 1024],
  ])('is the default of --max-num-seqs on vLLM: %s', (name, gib, expected) => {
    expect(most({ engine: 'vllm', name, memoryBytes: gib * 2 ** 30 })).toMatchObject({
      numSequences: expected,
      limit: 'engine',
    });
  });

  it('is what --max-num-seqs says, on each replica, and never more than tokens of a step', () => {
    expect(most({ engine: 'vllm', settings: { maxNumSeqs: 7 } }, { dataParallel: 3 })).toMatchObject({
      numSequences: 21,
      limitReason:
        'vLLM runs at most 7 sequences at a time on each replica (--max-num-seqs); numSequences is 22.',
    });
    expect(most({ engine: 'vllm', settings: { maxNumBatchedTokens: 100 } }).numSequences).toBe(100);
  });

  it('is what --max-running-requests says on SGLang, 4096 by default, shared with --enable-dp-attention', () => {
    expect(most({ engine: 'sglang' })).toMatchObject({ numSequences: 4096, limit: 'engine' });
    expect(most({ engine: 'sglang', settings: { maxRunningRequests: 10 } }).numSequences).toBe(10);
    const shared = { maxRunningRequests: 10, enableDpAttention: true };
    expect(
      most({ engine: 'sglang', settings: shared }, { dataParallel: 2, tensorParallel: 2 }).numSequences,
    ).toBe(10);
  });

  it('is named where it leaves no room for the sequences asked for', () => {
    const sizes: Sizes = {
      ...{ model, weights: NO_WEIGHTS, memoryBytes: 80 * 2 ** 30 },
      ...{ engine: 'vllm', settings: { maxNumSeqs: 7 } },
      workload: { ...DEFAULT_WORKLOAD, numSequences: 8 },
    };
    expect(fitOf(sizes).largestContext).toMatchObject({ contextLength: 0, limit: 'engine' });
  });
});
