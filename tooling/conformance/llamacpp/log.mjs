const CACHE =
  /^llama_kv_cache: size =\s*([\d.]+) MiB \(\s*(\d+) cells,\s*(\d+) layers,\s*(\d+)\/(\d+) seqs\), K \((\w+)\):\s*([\d.]+) MiB, V \((\w+)\):\s*([\d.]+) MiB/;
const STATES = /^llama_memory_recurrent: size =\s*([\d.]+) MiB/;
const COMPRESSOR = /(csa|hca|lid) ratio = .* size =\s*([\d.]+) MiB/;
const SETTING = /^llama_context: (n_ctx_seq|n_batch|n_ubatch|kv_unified)\s+= (\w+)/;

/**
 * The engine's own figures in the log of a context that was made: its settings, and the lines that say how large each
 * cache is, MiB as printed.
 */
export function readLog(lines) {
  const logged = {};
  const caches = [];
  const states = [];
  for (const line of lines) {
    const setting = SETTING.exec(line);
    if (setting !== null && setting[2] !== undefined && !(setting[1] in logged)) {
      logged[setting[1]] = /^\d+$/.test(setting[2]) ? Number(setting[2]) : setting[2] === 'true';
    }
    const cache = CACHE.exec(line);
    if (cache !== null) {
      const [, size, cells, layers, , streams, , keys, , values] = cache;
      if (Number(layers) > 0) {
        caches.push({
          cells: Number(cells),
          layers: Number(layers),
          streams: Number(streams),
          size,
          keys,
          values,
        });
      }
    }
    const state = STATES.exec(line)?.[1] ?? COMPRESSOR.exec(line)?.[2];
    if (state !== undefined) {
      states.push(state);
    }
  }
  return caches.length + states.length === 0 ? undefined : { logged, log: { caches, states } };
}
