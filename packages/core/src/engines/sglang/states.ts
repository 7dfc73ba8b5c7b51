import { type DtypeName, dtypeOf, rowBytes } from '../../model/dtype.js';
import type { RecurrentLayer, RecurrentMechanism } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { supportsExtraBuffer } from './architectures.js';
import { factsOf } from './releases.js';
import type { SglangSettings } from './settings.js';
import type { Speculation } from './speculation.js';

/** One slot of a recurrent layer's state on one tensor-parallel rank. */
export interface StateSlot {
  /** The last inputs of the convolution: `conv_state`. */
  readonly convolutionBytes: number;
  /** `ssm_state`, or `temporal`. */
  readonly stateBytes: number;
  readonly arithmetic: string;
}

const KNOWN: ReadonlySet<RecurrentMechanism> = new Set<RecurrentMechanism>([
  'mamba',
  'mamba2',
  'gated_delta_net',
  'kimi_delta_attention',
  'short_convolution',
  'lightning_attention',
]);

/**
 * The state of a recurrent layer: heads and channels are split over tensor-parallel ranks; groups of Mamba 2 that the
 * ranks do not divide are extended to one for each rank. The convolution is kept in bf16 whatever the model's dtype
 * (`SGLANG_MAMBA_CONV_DTYPE`), the state in `--mamba-ssm-dtype`, what the config says, or fp32.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/configs/mamba_utils.py` (`Mamba2StateShape`,
 * `KimiLinearStateShape`, `mamba2_state_dtype`).
 *
 * @throws InputError for layers that SGLang does not have, and for heads or channels that the ranks do not divide.
 */
export function stateSlotOf(
  { mechanism, convolution, state }: RecurrentLayer,
  model: Model,
  tensorParallel: number,
  { mambaSsmDtype }: SglangSettings,
): StateSlot {
  if (!KNOWN.has(mechanism)) {
    throw new InputError(
      `SGLang keeps no states of ${mechanism} layers, which ${model.name} has; use the engine ideal.`,
    );
  }
  const share = (size: number, what: string) => {
    if (size % tensorParallel !== 0) {
      throw new InputError(
        `SGLang cannot split the ${size} ${what} of ${model.name} over tensorParallel ${tensorParallel}; it must divide them.`,
      );
    }
    return size / tensorParallel;
  };
  const parts: string[] = [];
  let convolutionBytes = 0;
  let stateBytes = 0;
  if (convolution !== undefined) {
    const { channels, kernelSize, groups } = convolution;
    const missingGroups =
      groups === undefined || groups.numGroups % tensorParallel === 0 ? 0 : tensorParallel - groups.numGroups;
    const extended = channels + missingGroups * (groups?.groupChannels ?? 0);
    const shape = [share(extended, 'channels of a convolution'), kernelSize - 1];
    convolutionBytes = bytesOf(shape, 'bf16');
    parts.push(`${shape.join(' x ')} bf16`);
  }
  if (state !== undefined) {
    const [split = 1, ...rest] = state.shape;
    const shape = [share(split, 'heads or channels of a state'), ...rest];
    const dtype = stateDtype(state.dtype, mambaSsmDtype);
    stateBytes = bytesOf(shape, dtype);
    parts.push(`${shape.join(' x ')} ${dtype}`);
  }
  return { convolutionBytes, stateBytes, arithmetic: `(${parts.join(' + ')})` };
}

/**
 * What speculation keeps for each running request: the state after each drafted token, and the last inputs of the
 * convolution before it; windows of a chain overlap, so they are kept once where the release does so.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/memory_pool.py` (`MambaPool.__init__`,
 * `conv_window_dedup_enabled`).
 */
export function speculativeStateOf(
  memory: RecurrentLayer,
  model: Model,
  tensorParallel: number,
  settings: SglangSettings,
  { numDraftTokens, topK }: Speculation,
): StateSlot {
  const slot = stateSlotOf(memory, model, tensorParallel, settings);
  const inputs = (memory.convolution?.kernelSize ?? 1) - 1;
  const { sharesWindows } = factsOf(settings);
  const isShared =
    topK === 1 &&
    (sharesWindows === 'all' ||
      (sharesWindows === 'notDeltaAttention' && memory.mechanism !== 'kimi_delta_attention'));
  const columns = isShared ? numDraftTokens + inputs - 1 : numDraftTokens * inputs;
  return {
    convolutionBytes: inputs === 0 ? 0 : (slot.convolutionBytes / inputs) * columns,
    stateBytes: slot.stateBytes * numDraftTokens,
    arithmetic: `${numDraftTokens} drafted x ${slot.arithmetic}, ${columns} inputs of the convolution for ${inputs}`,
  };
}

function bytesOf(shape: readonly number[], dtype: DtypeName): number {
  return rowBytes(
    dtypeOf(dtype),
    shape.reduce((product, size) => product * size, 1),
  );
}

const DTYPES = { float32: 'fp32', float16: 'fp16', bfloat16: 'bf16' } as const;

function stateDtype(ofConfig: DtypeName | 'model', setting: SglangSettings['mambaSsmDtype']): DtypeName {
  return setting !== undefined ? DTYPES[setting] : ofConfig === 'model' ? 'fp32' : ofConfig;
}

/**
 * States that one running request may need. With the prefix cache 3, and those that track the prefixes of a running
 * request in an extra buffer: 2, or 1 of the lazy kind.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/kv_cache_configurator.py`
 * (`_calculate_mamba_ratio`), `mem_cache/allocation_sizing.py` (`get_mamba_tracking_slots`),
 * `arg_groups/overrides.py` (`_mamba_radix_cache_resolution`).
 */
export function statesOfRequest(model: Model, settings: SglangSettings): number {
  if (settings.disableRadixCache === true) {
    return 1;
  }
  const { mambaRadixCacheStrategy = 'auto' } = settings;
  const { extraBuffers } = factsOf(settings);
  if (extraBuffers === 'none' && mambaRadixCacheStrategy !== 'auto') {
    throw new InputError(
      `SGLang ${settings.version} has no --mamba-radix-cache-strategy ${mambaRadixCacheStrategy}; leave it out.`,
    );
  }
  const strategy =
    mambaRadixCacheStrategy === 'auto'
      ? extraBuffers === 'default' && supportsExtraBuffer(model)
        ? 'extra_buffer'
        : 'no_buffer'
      : mambaRadixCacheStrategy;
  return 3 + { no_buffer: 0, extra_buffer: 2, extra_buffer_lazy: 1 }[strategy];
}
