import { ask } from '../ask.mjs';
import { contextParams } from '../cases.mjs';
import { nativeLibraries } from './native.mjs';

/** ggml's `enum llama_split_mode`. */
const SPLIT_MODES = { none: 0, layer: 1 };

/** The experts of a block, as `--cpu-moe` and `--n-cpu-moe` name them: `LLM_FFN_EXPS_REGEX` of `common/common.h`. */
const EXPERTS = '\\.ffn_(up|down|gate|gate_up)_(ch|)exps';

/**
 * What the engine plans for contexts of one model that is placed in one way: bytes of weights, cache and computation by
 * type of buffer, and the output buffer that it logs; undefined where it refuses.
 *
 * @param devices total bytes of each, or `total:free`.
 * @param flags as `PlacementFlags` of `@kv/core`.
 * @param contexts each a workload, settings, and whether it is `llama-server`.
 */
export async function askPlan(question, { devices, flags }, contexts, folder) {
  const {
    gpuLayers = -1,
    splitMode = 'layer',
    mainGpu = 0,
    tensorSplit,
    overrides = [],
    cpuMoe,
    cpuMoeLayers = 0,
  } = flags;
  const model = {
    n_gpu_layers: gpuLayers,
    split_mode: SPLIT_MODES[splitMode],
    main_gpu: mainGpu,
    ...(tensorSplit !== undefined && { tensorSplit }),
    overrides: [
      ...overrides,
      ...(cpuMoe ? [{ pattern: EXPERTS, backend: 'host' }] : []),
      ...Array.from({ length: cpuMoeLayers }, (_, block) => ({
        pattern: `blk\\.${block}${EXPERTS}`,
        backend: 'host',
      })),
    ],
  };
  const params = contexts.map(({ isServer, ...one }) => {
    const made = contextParams(one);
    return {
      ...made,
      n_outputs_max: isServer ? Math.max(1, Math.min(made.n_batch, made.n_seq_max)) : made.n_batch,
      offload_kqv: flags.noKvOffload !== true,
    };
  });
  const answers = await ask(question, params, folder, { devices, ...nativeLibraries(), model });
  return answers.map(({ buffers, lines }) => ({ buffers, lines, output: outputOf(lines) }));
}

function outputOf(lines) {
  return lines
    .map((line) => /output buffer size =\s*([\d.]+) MiB/.exec(line)?.[1])
    .find((size) => size !== undefined);
}
