import { memoriesOf } from '@kv/core';

/**
 * Whether the pools alone decide: heads, channels and layers that devices divide, and dtypes that there are kernels for.
 * What SGLang says of the others stands in code that is not asked here.
 */
export function isPossible({ model, workload, settings }) {
  const { tensorParallel = 1, pipelineParallel = 1 } = workload;
  const divides = (size) => Math.max(size, tensorParallel) % Math.min(size, tensorParallel) === 0;
  const memories = model.layers.flatMap(memoriesOf);
  const isCompressed = memories.some(({ kind }) => kind === 'compressed');
  const rowSizes = new Set(
    memories
      .filter(({ numKeyValueHeads }) => numKeyValueHeads !== undefined)
      .map(({ numKeyValueHeads, keyHeadDim }) => `${numKeyValueHeads} x ${keyHeadDim}`),
  );
  const requests =
    settings.maxRunningRequests ?? (settings.speculativeAlgorithm === undefined ? Infinity : 48);
  return (
    hasDtype(memories, workload) &&
    (workload.numSequences ?? 1) <= requests &&
    (pipelineParallel === 1 || settings.speculativeAlgorithm === undefined) &&
    !(settings.pageSize !== undefined && isCompressed) &&
    !(settings.disableHybridSwaMemory === true && rowSizes.size > 1) &&
    pipelineParallel <= model.numHiddenLayers &&
    (model.numAttentionHeads ?? tensorParallel) % tensorParallel === 0 &&
    memories.every((memory) => {
      if (memory.kind === 'recurrent') {
        const sizes = [memory.convolution?.channels, memory.state?.shape[0]];
        return sizes.every((size) => size === undefined || size % tensorParallel === 0);
      }
      return memory.numKeyValueHeads === undefined || divides(memory.numKeyValueHeads);
    })
  );
}

function hasDtype(memories, { keyDtype = 'bf16' }) {
  const has = (test) => memories.some(test);
  const isLatent = has(({ kind }) => kind === 'latent');
  return (
    (!has(({ kind }) => kind === 'compressed') || keyDtype === 'fp8_e4m3') &&
    (!has(({ kind, indexer }) => kind === 'latent' && indexer !== undefined) ||
      ['bf16', 'fp8_e4m3'].includes(keyDtype)) &&
    (!isLatent ||
      (keyDtype !== 'mxfp8' && (keyDtype !== 'nvfp4' || !has(({ kind }) => kind === 'recurrent')))) &&
    (!has(({ kind }) => kind === 'sliding' || kind === 'chunked') || keyDtype !== 'nvfp4') &&
    (!has(({ kind, indexer }) => kind === 'full' && indexer !== undefined) ||
      !['mxfp8', 'nvfp4'].includes(keyDtype))
  );
}
