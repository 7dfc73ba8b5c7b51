import { DEFAULT_WORKLOAD, engineNamed, estimate, InputError, vllmCapacity } from '@kv/core';

/** Memory of the blocks that one request may need, on all devices. */
export function bytesOf({ groups, blockBytes }, { tensorParallel = 1 }) {
  const blocks = groups.reduce((total, { blocksPerRequest }) => total + blocksPerRequest, 0);
  return tensorParallel * blocks * blockBytes.reduce((total, bytes) => total + bytes, 0);
}

/** What differs between vLLM's answer and kv, in words; undefined where nothing does, or both refuse. */
export function difference(log, { model, workload, settings }, availableBytes) {
  const use = { ...DEFAULT_WORKLOAD, ...workload };
  let ours;
  try {
    const { numBlocks, blocksPerRequest, tokens, maxConcurrency, startsUp } = vllmCapacity(
      model,
      use,
      settings,
      availableBytes,
    );
    const { totalBytes } = estimate(model, { ...use, numSequences: 1 }, engineNamed('vllm', settings));
    ours = startsUp ? { totalBytes, numBlocks, blocksPerRequest, tokens, maxConcurrency } : undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return log.error === undefined ? `kv refuses: ${error.message}` : undefined;
  }
  if (log.error !== undefined || ours === undefined) {
    const refusal = log.error ?? 'nothing';
    return ours === undefined && /is larger than the available KV cache|needed/.test(refusal)
      ? undefined
      : `vLLM refuses with ${refusal}; kv ${ours === undefined ? 'says that one request does not fit' : 'does not'}`;
  }
  const theirs = {
    totalBytes: bytesOf(log, workload),
    numBlocks: log.numBlocks,
    blocksPerRequest: log.groups.reduce((total, { blocksPerRequest }) => total + blocksPerRequest, 0),
    tokens: log.tokens,
    maxConcurrency: log.maxConcurrency,
  };
  return JSON.stringify(theirs) === JSON.stringify(ours)
    ? undefined
    : `vLLM: ${JSON.stringify(theirs)}; kv: ${JSON.stringify(ours)}; groups of vLLM: ${JSON.stringify(log.groups)}`;
}
