import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { vllmCapacity } from '../../../src/engines/vllm/capacity.js';
import { modelOf } from '../../arbitraries.js';
import { full, repeat } from '../../layers.js';

describe('layers on pipeline stages', () => {
  const blocks = (ppLayerPartition?: string) =>
    vllmCapacity(
      modelOf(repeat([48, full(4, 128)])),
      { ...DEFAULT_WORKLOAD, contextLength: 16, pipelineParallel: 2 },
      ppLayerPartition === undefined ? {} : { ppLayerPartition },
      2 ** 30,
    ).numBlocks;

  it('are as many as VLLM_PP_LAYER_PARTITION says', () => {
    expect(blocks()).toBe(1365);
    expect(blocks('24,24')).toBe(blocks());
    expect(blocks('16,32')).toBe(1024);
  });

  it('are numbers', () => {
    expect(() => blocks('half')).toThrow('VLLM_PP_LAYER_PARTITION is "half"; it must be numbers of layers');
  });

  it.each(['48', '16,16', '16,16,16'])('are not those of %s', (partition) => {
    expect(() => blocks(partition)).toThrow(
      /VLLM_PP_LAYER_PARTITION is .*must name the 48 layers .* on 2 stages/,
    );
  });
});
