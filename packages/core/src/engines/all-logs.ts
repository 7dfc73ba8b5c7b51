import { LLAMACPP_LOG } from './llamacpp/log.js';
import type { EngineLog } from './log-pattern.js';
import { SGLANG_LOG } from './sglang/log.js';
import { VLLM_LOG } from './vllm/log.js';

/** What engines print when they start: a registry of its own, loaded only when a log is read. */
export const ENGINE_LOGS: readonly EngineLog[] = [VLLM_LOG, SGLANG_LOG, LLAMACPP_LOG];
