import type { Workload } from '../../deployment/workload.js';
import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import type { Engine } from '../contract.js';
import { hasFlashAttention } from './architectures.js';
import { cellRules } from './cells.js';
import { checkCacheTypes } from './checks.js';
import { layersOnDevices } from './devices.js';
import { poolsOf } from './pools.js';
import type { LlamacppSettings } from './settings.js';

/** Sequences that one context can hold: `LLAMA_MAX_SEQ`, `src/llama-cparams.h`. */
const MAX_SEQUENCES = 256;

/**
 * llama.cpp, as `llama_model::create_memory` allocates it: ggml-org/llama.cpp, tag v0.5.0, `src/llama-model.cpp`.
 *
 * - The context is padded to 256 cells, for each sequence, or once for all with `--kv-unified`
 *   (`src/llama-context.cpp`, `llama_context::llama_context`).
 * - Sliding and chunked layers have a smaller cache of their own, see `cellRules`
 *   (`src/llama-kv-cache-iswa.cpp`).
 * - A row of one token in one layer is `n_embd_k_gqa` keys and `n_embd_v_gqa` values in ggml's whole blocks; a latent
 *   has keys only (`src/llama-kv-cache.cpp`; keys only since pull request 19067 of January 2026).
 * - Without flash attention values are stored transposed, each row as wide as that of the widest layer
 *   (`[TAG_V_CACHE_VARIABLE]` in the same file).
 * - A sparse-attention indexer's keys have a cache of their own in the key type (`src/llama-kv-cache-dsa.cpp`).
 * - Compressed caches and their compressors' states are kept for each sequence, unified or not
 *   (`src/llama-kv-cache-dsv4.cpp`).
 * - Recurrent states are fp32 whatever `--cache-type-k` says, one row for each sequence
 *   (`src/llama-memory-recurrent.cpp`; `llama_hparams::n_embd_r` and `n_embd_s`).
 * - Layers for multi-token prediction are not cached in the main context, and shared layers store nothing
 *   (`llama_hparams::has_kv`).
 *
 * Layers are split over devices (`--split-mode layer`) as pipeline stages; tokens and heads are not.
 */
export function llamacpp(settings: LlamacppSettings = {}): Engine {
  return {
    name: 'llama.cpp',
    kvCacheDtype: () => ({ dtype: 'fp16', reason: 'the default of --cache-type-k and --cache-type-v' }),
    splitsBy: 'pipelineParallel',
    plan: (model, workload) => {
      checkParallelism(workload);
      checkBatch(workload, settings);
      const { keyDtype, valueDtype } = workload;
      const flashAttention = settings.flashAttn !== 'off' && hasFlashAttention(model);
      checkCacheTypes(model, keyDtype, valueDtype, flashAttention);
      const cells = cellRules(model, workload.numSequences, settings);
      const context = { model, workload, cells, flashAttention };
      return {
        tokenShards: 1,
        ranks: layersOnDevices(model, workload.pipelineParallel).map((layers, stage) => ({
          stage,
          replicas: 1,
          devices: 1,
          pools: poolsOf(layers, context),
        })),
        warnings: [...cells.warnings, ...warningsOf(model, workload)],
      };
    },
  };
}

function checkParallelism(workload: Workload): void {
  const { numSequences, tensorParallel, contextParallel, dataParallel } = workload;
  if (tensorParallel > 1) {
    throw new InputError(
      `tensorParallel is ${tensorParallel}, but only llama.cpp's --split-mode layer is known here, which splits layers, not heads; give the devices as pipelineParallel.`,
    );
  }
  for (const [name, value] of Object.entries({ contextParallel, dataParallel })) {
    if (value > 1) {
      throw new InputError(
        `${name} is ${value}, which llama.cpp does not have; it must be 1, with a server for each replica.`,
      );
    }
  }
  if (numSequences > MAX_SEQUENCES) {
    throw new InputError(
      `numSequences is ${numSequences}; llama.cpp has at most ${MAX_SEQUENCES} in one context (--parallel).`,
    );
  }
}

/**
 * A step must have room for one token of each sequence, or the engine stops (`n_outputs_max` in `src/llama-context.cpp`).
 *
 * @throws InputError where it has not.
 */
function checkBatch({ numSequences, contextLength }: Workload, { batchSize = 2048 }: LlamacppSettings): void {
  if (Math.min(batchSize, contextLength * numSequences) < numSequences) {
    throw new InputError(
      `--batch-size is ${batchSize}, but llama.cpp needs room for a token of each of the ${numSequences} sequences in it.`,
    );
  }
}

function warningsOf(model: Model, { pipelineParallel }: Workload): readonly string[] {
  const warnings: string[] = [];
  if (pipelineParallel > 1) {
    warnings.push(
      'llama.cpp splits layers over devices in proportion to their free memory (--tensor-split); equal devices are assumed.',
    );
  }
  if (model.layers.some((layer) => memoriesOf(layer).some(({ kind }) => kind === 'cross'))) {
    warnings.push(
      "llama.cpp makes keys and values of the encoder's output anew at every step and caches none.",
    );
  }
  return warnings;
}
