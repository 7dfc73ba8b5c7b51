import { InputError } from '../../../text/errors.js';
import { checkInteger } from '../../../text/exact.js';
import type { VllmSettings } from '../settings.js';

/** Flags of `vllm serve` that change how much memory is left for the cache, beside those that change what it holds. */
export interface VllmMemorySettings extends VllmSettings {
  /** `--dtype`: what activations are computed in; the weights are those of the request, whatever it is. */
  readonly dtype?: 'auto' | 'half' | 'float16' | 'bfloat16' | 'float' | 'float32';
  /** `--gpu-memory-utilization`: above 0, at most 1. */
  readonly gpuMemoryUtilization?: number;
  /** `--kv-cache-memory-bytes`: the memory for the cache, whatever else there is. */
  readonly kvCacheMemoryBytes?: number;
  /** `--enforce-eager`: neither compiled nor captured. */
  readonly enforceEager?: boolean;
  /** `cudagraph_mode` of `--compilation-config`. */
  readonly cudagraphMode?: 'NONE' | 'PIECEWISE' | 'FULL' | 'FULL_DECODE_ONLY' | 'FULL_AND_PIECEWISE';
  /** `cudagraph_capture_sizes` of it. */
  readonly cudagraphCaptureSizes?: readonly number[];
  /** `max_cudagraph_capture_size` of it. */
  readonly maxCudagraphCaptureSize?: number;
  /** `--limit-mm-per-prompt`: items of each modality in a request at most; 0 for none. */
  readonly limitMmPerPrompt?: Readonly<Record<string, number>>;
  /** `--language-model-only`: no encoder is loaded or run. */
  readonly languageModelOnly?: boolean;
  /** `--cpu-offload-gb`: GiB of weights of each device that stay on the host. */
  readonly cpuOffloadGb?: number;
  /** `--enable-expert-parallel`: ranks hold whole experts, fewer of them. */
  readonly enableExpertParallel?: boolean;
  readonly enableLora?: boolean;
  /** `--max-loras`: 1 by default. */
  readonly maxLoras?: number;
  /** `--max-lora-rank`: 16 by default. */
  readonly maxLoraRank?: number;
}

/**
 * The settings, if they make sense together.
 *
 * @throws InputError naming the flag that does not.
 */
export function checkMemorySettings(settings: VllmMemorySettings): VllmMemorySettings {
  const { gpuMemoryUtilization: utilization, cpuOffloadGb, cudagraphCaptureSizes } = settings;
  if (utilization !== undefined && !(utilization > 0 && utilization <= 1)) {
    throw new InputError(
      `--gpu-memory-utilization is ${utilization}; it must be a fraction above 0 and at most 1.`,
    );
  }
  if (cpuOffloadGb !== undefined && !(cpuOffloadGb >= 0 && Number.isFinite(cpuOffloadGb))) {
    throw new InputError(`--cpu-offload-gb is ${cpuOffloadGb}; it must be a number of GiB from 0 on.`);
  }
  const integers: readonly (readonly [number | undefined, string])[] = [
    [settings.kvCacheMemoryBytes, '--kv-cache-memory-bytes'],
    [settings.numGpuBlocksOverride, '--num-gpu-blocks-override'],
    [settings.maxCudagraphCaptureSize, 'max_cudagraph_capture_size of --compilation-config'],
    [settings.maxLoras, '--max-loras'],
    [settings.maxLoraRank, '--max-lora-rank'],
    ...(cudagraphCaptureSizes ?? []).map(
      (size) => [size, 'cudagraph_capture_sizes of --compilation-config'] as const,
    ),
  ];
  for (const [modality, items] of Object.entries(settings.limitMmPerPrompt ?? {})) {
    checkInteger(items, `"${modality}" of --limit-mm-per-prompt`, 0);
  }
  for (const [value, name] of integers) {
    if (value !== undefined) {
      checkInteger(value, name);
    }
  }
  return settings;
}
