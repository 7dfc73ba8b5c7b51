import { type Memory, memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { hasSlidingPool, isDeepseekV4 } from './architectures.js';
import { type Entry, pagedEntry } from './entry.js';
import { storedMemories } from './layers.js';
import type { PoolContext } from './pool-context.js';
import { headsRow, indexerRow, latentRow, type Row } from './rows.js';

/**
 * Layers of a draft with a cache: those of the draft's own config, else the one that a model brings along for
 * multi-token prediction and that EAGLE adds.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/model_executor/model_runner_components/spec_aux_hidden_state.py`
 * (`_resolve_eagle_aux_hidden_state`).
 */
export function draftLayersOf({ speculation, draft }: PoolContext): number {
  if (speculation?.hasDraft !== true) {
    return 0;
  }
  return draft === undefined ? 1 : draft.layers.flatMap(storedMemories(draft)).length;
}

/**
 * Buffers of a draft: a row in each of its layers for each token of the model's pool, which it shares the slots of. One
 * whose config is not known has a layer like the last that attends in the model.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/mem_cache/kv_cache_configurator.py` (`_derive_pool_sizes`,
 * `_build_token_to_kv_pool` of a draft worker).
 *
 * @throws InputError for drafts over pipeline stages, a whole model as one that is not given, and rows that SGLang has not.
 */
export function draftEntriesOf(context: PoolContext): readonly Entry[] {
  const { model, draft, speculation, settings, pipelineParallel } = context;
  if (speculation?.hasDraft !== true) {
    return [];
  }
  if (pipelineParallel > 1) {
    throw new InputError(
      `How SGLang divides a draft over pipeline stages is not known here; pipelineParallel must be 1, not ${pipelineParallel}.`,
    );
  }
  if (isDeepseekV4(model)) {
    throw new InputError(
      `What SGLang keeps of drafts for ${model.name} is not known here; leave out --speculative-algorithm.`,
    );
  }
  if (draft === undefined && settings.speculativeAlgorithm === 'STANDALONE') {
    throw new InputError(
      'STANDALONE drafts with a whole model, whose cache is not known without it; say which (--speculative-draft-model-path).',
    );
  }
  const source = draft ?? model;
  const ofDraft = { ...context, model: source };
  const memories = draft === undefined ? likeLastOf(model) : draft.layers.flatMap(storedMemories(draft));
  return memories.flatMap((memory): readonly Entry[] => {
    const paged = (pool: string, row: Row): Entry => {
      const isWindow =
        (memory.kind === 'sliding' || memory.kind === 'chunked') && hasSlidingPool(source, settings);
      return pagedEntry(
        pool,
        row,
        context.tokens,
        ({ full, sliding }) => (isWindow || full === 0 ? sliding : full),
        1,
      );
    };
    switch (memory.kind) {
      case 'full':
      case 'sliding':
      case 'chunked':
        return [paged('draft', headsRow(memory, ofDraft))];
      case 'latent': {
        const indexer = indexerRow(memory, ofDraft);
        return [
          paged('draft', latentRow(memory, ofDraft)),
          ...(indexer === undefined ? [] : [paged('draft indexer', indexer)]),
        ];
      }
      default:
        throw new InputError(`What SGLang keeps of the ${memory.kind} layers of a draft is not known here.`);
    }
  });
}

/** The last layer that keeps every token, with the indexer that any of them has; else the last with a window. */
function likeLastOf({ layers }: Model): readonly Memory[] {
  const memories = layers.flatMap(memoriesOf);
  const last = (test: (memory: Memory) => boolean) => memories.filter(test).slice(-1);
  const kept = last(({ kind }) => kind === 'full' || kind === 'latent');
  const indexed = last((memory) => memory.kind === 'latent' && memory.indexer !== undefined);
  const windowed = last(({ kind }) => kind === 'sliding' || kind === 'chunked');
  return indexed.length > 0 ? indexed : kept.length > 0 ? kept : windowed;
}
