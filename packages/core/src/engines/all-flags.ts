import type { EngineName } from './all-settings.js';
import type { FlagTable } from './launch/flag-table.js';
import type { MemoryFlags } from './launch/memory-flags.js';
import { LLAMACPP_FLAG_TABLE } from './llamacpp/launch.js';
import { LLAMACPP_MEMORY_FLAGS } from './llamacpp/memory-flags.js';
import { SGLANG_FLAG_TABLE } from './sglang/launch.js';
import { SGLANG_MEMORY_FLAGS } from './sglang/memory-flags.js';
import { VLLM_FLAG_TABLE } from './vllm/launch.js';
import { VLLM_MEMORY_FLAGS } from './vllm/memory-flags.js';

/** The flags of an engine's command. */
export interface EngineFlags {
  readonly table: FlagTable;
  /** What those that change memory say. */
  readonly memory: MemoryFlags;
}

/** Every flag of each engine that a command starts. */
export const ENGINE_FLAGS: Readonly<Partial<Record<EngineName, EngineFlags>>> = {
  'llama.cpp': { table: LLAMACPP_FLAG_TABLE, memory: LLAMACPP_MEMORY_FLAGS },
  sglang: { table: SGLANG_FLAG_TABLE, memory: SGLANG_MEMORY_FLAGS },
  vllm: { table: VLLM_FLAG_TABLE, memory: VLLM_MEMORY_FLAGS },
};
