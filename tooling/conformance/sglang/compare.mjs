import { DEFAULT_WORKLOAD, engineNamed, estimate, InputError, sglangCapacity } from '@kv/core';

/** Memory of all buffers, on all devices. */
export function bytesOf({ pools }, { tensorParallel = 1 }) {
  return tensorParallel * pools.reduce((total, { bytes }) => total + bytes, 0);
}

/** What differs between SGLang's answer and kv, in words; undefined where nothing does, or both refuse. */
export function difference(log, { model, workload, settings }, availableBytes) {
  const use = { ...DEFAULT_WORKLOAD, ...workload };
  let ours;
  try {
    const { totalBytes } = estimate(model, use, engineNamed('sglang', settings));
    ours = { totalBytes, capacity: capacityOf(log, model, use, settings, availableBytes) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return log.error === undefined ? `kv refuses: ${error.message}` : undefined;
  }
  if (log.error !== undefined) {
    return `SGLang refuses with ${log.error}; kv does not`;
  }
  const theirs = { totalBytes: bytesOf(log, workload), capacity: log.capacity };
  return JSON.stringify(theirs) === JSON.stringify(ours)
    ? undefined
    : `SGLang: ${JSON.stringify(theirs)}; kv: ${JSON.stringify(ours)}; pools of SGLang: ${JSON.stringify(log.pools)}`;
}

function capacityOf({ capacity, error }, model, use, settings, availableBytes) {
  if (capacity === undefined && error === undefined) {
    return undefined;
  }
  const {
    maxTotalNumTokens,
    swaTokens = null,
    maxMambaCacheSize = null,
    maxRunningRequests,
  } = sglangCapacity(model, use, settings, availableBytes);
  return { maxTotalNumTokens, swaTokens, maxMambaCacheSize, maxRunningRequests };
}
