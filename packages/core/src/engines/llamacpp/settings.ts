import type { EngineSetting, SettingsOf } from '../settings.js';

/**
 * Flags of `llama-server` and `llama-cli`, with their defaults there. `--parallel` is the workload's `numSequences`.
 */
export const LLAMACPP_SETTINGS = [
  {
    key: 'ubatchSize',
    flag: '--ubatch-size',
    type: 'integer',
    description: 'tokens that one step computes at most; a sliding cache has room for them; 512 by default',
  },
  {
    key: 'batchSize',
    flag: '--batch-size',
    type: 'integer',
    description: 'tokens that one call takes at most, a limit of --ubatch-size; 2048 by default',
  },
  {
    key: 'kvUnified',
    flag: '--kv-unified',
    type: 'boolean',
    description:
      'one cache that all sequences share, rather than one for each; off by default with --parallel',
  },
  {
    key: 'swaFull',
    flag: '--swa-full',
    type: 'boolean',
    description: 'sliding layers keep every token; off by default',
  },
  {
    key: 'flashAttn',
    flag: '--flash-attn',
    type: ['auto', 'on', 'off'],
    description: 'without it, values are padded to the widest layer and cannot be quantized; auto by default',
  },
] as const satisfies readonly EngineSetting[];

/** Settings of llama.cpp, any of them absent. */
export type LlamacppSettings = SettingsOf<typeof LLAMACPP_SETTINGS>;
