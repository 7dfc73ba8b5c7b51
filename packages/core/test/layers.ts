import type { FullLayer, Layer, RecurrentLayer } from '../src/model/layer.js';

/** Layers in order: each so many times. */
export function repeat(...runs: readonly (readonly [number, Layer])[]): readonly Layer[] {
  return runs.flatMap(([count, layer]) => Array.from({ length: count }, () => layer));
}

/** Keys and values of every token, both of one size. */
export const full = (numKeyValueHeads: number, headDim: number): FullLayer => ({
  kind: 'full',
  numKeyValueHeads,
  keyHeadDim: headDim,
  valueHeadDim: headDim,
});

/** The same for the last tokens. */
export const sliding = (numKeyValueHeads: number, headDim: number, slidingWindow: number): Layer => ({
  ...full(numKeyValueHeads, headDim),
  kind: 'sliding',
  slidingWindow,
});

/** The linear layer of Qwen3-Next. */
export const deltaNet: RecurrentLayer = {
  kind: 'recurrent',
  mechanism: 'gated_delta_net',
  convolution: { channels: 8192, kernelSize: 4 },
  state: { shape: [32, 128, 128], dtype: 'fp32' },
};
