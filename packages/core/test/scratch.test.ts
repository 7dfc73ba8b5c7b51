import { test } from 'vitest';
import { decoder } from '../src/engines/llamacpp/graph/decoder.js';
import { emptyGraph } from '../src/engines/llamacpp/graph/graph.js';
import { planBuffers } from '../src/engines/llamacpp/graph/plan.js';
import { F16 } from '../src/engines/llamacpp/graph/tensor.js';

test('llama', () => {
  const graph = emptyGraph();
  const t0 = performance.now();
  const block = { numAttentionHeads: 32, numKeyValueHeads: 8, keyHeadDim: 128, valueHeadDim: 128, isSliding: false, hasCache: true, intermediateSize: 14336 };
  for (const [outputs, fa] of [[512, true], [4, true], [512, false]] as const) {
  const graph = emptyGraph();
  decoder(
    { graph, hiddenSize: 4096, vocabSize: 128256, blocks: Array.from({ length: 32 }, () => block),
      step: { tokens: 512, sequences: 1, outputs, flashAttention: fa, keyType: F16, valueType: F16, full: { cells: 8192, streams: 1 }, sliding: { cells: 0, streams: 1 } },
      homes: { weight: (name) => (name === 'token_embd.weight' ? 1 : 0), cache: () => 0, norm: () => 0, isOnHost: false }, typeOf: () => undefined, has: (_, u) => u },
    { qkv: { bias: false, isFused: false }, rope: 'all', ropeFactors: true, feedForward: { kind: 'gated', activation: 'silu' } });
  console.log(planBuffers(graph, { count: 2, supports: () => true, offloadsOperations: true, copies: 1 }), performance.now() - t0);
  }
});
