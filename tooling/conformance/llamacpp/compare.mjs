import { DEFAULT_WORKLOAD, engineNamed, estimate, InputError } from '@kv/core';

/**
 * What differs between the figures that the engine logs for a context and what kv says, in words; undefined where no
 * printed digit does. No figures mean that the engine refused.
 */
export function difference(figures, model, { workload, settings }) {
  let allocation;
  try {
    const engine = engineNamed('llama.cpp', settings);
    allocation = estimate(model, { ...DEFAULT_WORKLOAD, ...workload }, engine);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return figures === undefined ? undefined : `kv refuses: ${error.message}`;
  }
  if (figures === undefined) {
    return 'the engine refuses, and kv does not';
  }
  const [theirs, ours] = [cachesOfEngine(figures), cachesOfKv(allocation)];
  if (theirs !== ours) {
    return `the engine: ${theirs}; kv: ${ours}`;
  }
  const { states } = figures.log;
  const logged = states.reduce((sum, size) => sum + Number(size), 0);
  const bytes = allocation.pools.reduce((sum, { stateBytes }) => sum + stateBytes, 0);
  return Math.abs(bytes / 2 ** 20 - logged) <= 0.005 * states.length + 1e-9
    ? undefined
    : `states of the engine: ${logged} MiB; of kv: ${bytes / 2 ** 20} MiB`;
}

function cachesOfEngine({ log }) {
  return log.caches
    .map(({ cells, streams, layers, size, keys, values }) => row(cells * streams, layers, size, keys, values))
    .sort()
    .join(', ');
}

function cachesOfKv({ pools }) {
  return pools
    .filter(({ stateBytes }) => stateBytes === 0)
    .map(({ tokens, layers, bytes, keyBytes, valueBytes }) =>
      row(tokens, layers, mebibytes(bytes), mebibytes(keyBytes), mebibytes(valueBytes)),
    )
    .sort()
    .join(', ');
}

function row(cells, layers, size, keys, values) {
  return `${layers} layers x ${cells} cells = ${size} MiB (K ${keys}, V ${values})`;
}

/** `%.2f` of a float of MiB, as C prints it: an exact tie goes to the even digit. */
function mebibytes(bytes) {
  const hundredths = (Math.fround(bytes) / 2 ** 20) * 100;
  const below = Math.floor(hundredths);
  const isTie = hundredths - below === 0.5;
  return ((isTie ? below + (below % 2) : Math.round(hundredths)) / 100).toFixed(2);
}
