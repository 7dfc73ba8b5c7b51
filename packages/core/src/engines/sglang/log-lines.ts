import type { Workload } from '../../deployment/workload.js';
import type { Model } from '../../model/model.js';
import type { SglangCapacity } from './capacity.js';
import { loggedPrefillSizeOn, type SglangDevice } from './device-defaults.js';
import { factsOf } from './releases.js';
import { computeDtype } from './rows.js';
import type { SglangSettings } from './settings.js';

/** `--max-prefill-tokens`. */
const MAX_PREFILL_TOKENS = 16_384;

/** What the engine's lines are about. */
export interface SglangLinesCase {
  readonly model: Model;
  readonly workload: Workload;
  readonly settings: SglangSettings;
  readonly device: SglangDevice;
  readonly capacity: SglangCapacity;
}

/**
 * The lines about memory that SGLang logs when it starts, each in the form of its release: states, the model's pools and
 * the draft's, and what the scheduler goes by. Memory that is left after graphs is measured, not reckoned, so it stands
 * as `...`.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/memory_pool.py` (`_finalize_allocation_log`,
 * `MambaPool.__init__`), `model_executor/pool_configurator.py` (`_solve_pool_sizes`), `managers/scheduler.py`; v0.5.12 and
 * v0.4.6, `mem_cache/memory_pool.py`, `managers/scheduler.py`.
 */
export function sglangLogLines(use: SglangLinesCase): readonly string[] {
  const { workload, settings, device, capacity } = use;
  const { logsMemoryLeft } = factsOf(settings);
  const { maxTotalNumTokens, swaTokens, maxRunningRequests } = capacity;
  const hasBoth = capacity.swaKeyBytes > 0;
  return [
    ...stateLines(capacity),
    ...(hasBoth
      ? [
          `Use sliding window memory pool. full_layer_tokens=${maxTotalNumTokens}, swa_layer_tokens=${swaTokens}`,
          poolLine(use, swaTokens ?? 0, capacity.swaKeyBytes, capacity.swaValueBytes),
        ]
      : []),
    poolLine(
      use,
      maxTotalNumTokens,
      capacity.keyBytes - capacity.swaKeyBytes,
      capacity.valueBytes - capacity.swaValueBytes,
    ),
    ...(capacity.draftKeyBytes === 0
      ? []
      : [poolLine(use, maxTotalNumTokens, capacity.draftKeyBytes, capacity.draftValueBytes)]),
    [
      `max_total_num_tokens=${maxTotalNumTokens}`,
      `chunked_prefill_size=${loggedPrefillSizeOn(device, workload, settings)}`,
      `max_prefill_tokens=${MAX_PREFILL_TOKENS}`,
      `max_running_requests=${maxRunningRequests}`,
      `context_len=${workload.contextLength}`,
      ...(logsMemoryLeft ? ['available_gpu_mem=... GB'] : []),
    ].join(', '),
  ];
}

function stateLines({
  maxMambaCacheSize,
  convolutionBytes,
  stateBytes,
  speculativeConvolutionBytes,
  speculativeStateBytes,
}: SglangCapacity): readonly string[] {
  if (maxMambaCacheSize === undefined) {
    return [];
  }
  const speculates = speculativeStateBytes + speculativeConvolutionBytes > 0;
  return [
    [
      `Mamba Cache is allocated. max_mamba_cache_size: ${maxMambaCacheSize}, conv_state size: ${gb(convolutionBytes)}GB,`,
      `ssm_state size: ${gb(stateBytes)}GB`,
      ...(speculates
        ? [
            `intermediate_ssm_state_cache size: ${gb(speculativeStateBytes)}GB`,
            `intermediate_conv_window_cache size: ${gb(speculativeConvolutionBytes)}GB`,
          ]
        : []),
    ].join(' '),
  ];
}

/** Latents are one buffer, so their line has one size. Scales of fp4, one byte for 8 of values, were left out once. */
function poolLine(
  { model, workload, settings }: SglangLinesCase,
  tokens: number,
  keys: number,
  values: number,
): string {
  const { logsDtype, logsScales } = factsOf(settings);
  const dtype = logsDtype ? `dtype: ${torchDtype(model, workload)}, ` : '';
  const printed = (bytes: number) =>
    gb(workload.keyDtype === 'nvfp4' && !logsScales ? (bytes * 8) / 9 : bytes);
  const sizes =
    values === 0
      ? `KV size: ${printed(keys)} GB`
      : `K size: ${printed(keys)} GB, V size: ${printed(values)} GB`;
  return `KV Cache is allocated. ${dtype}#tokens: ${tokens}, ${sizes}`;
}

function torchDtype(model: Model, { keyDtype }: Workload): string {
  switch (keyDtype) {
    case 'fp8_e4m3':
    case 'mxfp8':
      return 'torch.float8_e4m3fn';
    case 'fp8_e5m2':
      return 'torch.float8_e5m2';
    case 'nvfp4':
      return 'torch.float4_e2m1fn_x2';
    case 'bf16':
      return 'torch.bfloat16';
    default:
      return computeDtype(model) === 'fp16' ? 'torch.float16' : 'torch.bfloat16';
  }
}

function gb(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(2);
}
