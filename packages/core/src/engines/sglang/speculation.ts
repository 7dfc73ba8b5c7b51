import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { factsOf } from './releases.js';
import type { SglangSettings } from './settings.js';

/** How tokens are drafted and checked. */
export interface Speculation {
  /** A draft model with a cache of its own: not for NGRAM, which copies earlier text. */
  readonly hasDraft: boolean;
  /** Passes of the draft, and the tokens that each of them goes on with. */
  readonly numSteps: number;
  readonly topK: number;
  /** Tokens that the model checks in one pass. */
  readonly numDraftTokens: number;
}

const CHAIN = { numSteps: 3, topK: 1, numDraftTokens: 4 };
const TREE = { numSteps: 5, topK: 4, numDraftTokens: 8 };

/** Architectures that draft a tree in every release. */
const TREES = ['LlamaForCausalLM', 'Grok1ForCausalLM', 'Grok1VForCausalLM'];

/** NGRAM's own defaults: `--speculative-ngram-max-bfs-breadth`, and tokens that are checked. */
const NGRAM_BREADTH = 10;
const NGRAM_DRAFT_TOKENS = 12;

/** Requests that run at a time with speculation where nothing is said. */
export const SPECULATIVE_REQUESTS = 48;

/**
 * What `--speculative-algorithm` and its numbers come to; undefined without it. Where none is given, a chain of 4 tokens
 * or a tree of 8, by the architecture. A chain has one token more than steps.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/speculative_hook.py` (`_handle_eagle_family`,
 * `_handle_ngram`, `_auto_choose_speculative_params`); v0.5.9 and before, `python/sglang/srt/server_args.py`
 * (`auto_choose_speculative_params`).
 *
 * @throws InputError for numbers without an algorithm, or some of them without the others.
 */
export function speculationOf({ architecture }: Model, settings: SglangSettings): Speculation | undefined {
  const { speculativeAlgorithm, speculativeNumSteps, speculativeEagleTopk, speculativeNumDraftTokens } =
    settings;
  if (speculativeAlgorithm === undefined) {
    const given = [speculativeNumSteps, speculativeEagleTopk, speculativeNumDraftTokens];
    if (given.some((value) => value !== undefined)) {
      throw new InputError(
        '--speculative-num-steps, --speculative-eagle-topk and --speculative-num-draft-tokens mean nothing without --speculative-algorithm.',
      );
    }
    return undefined;
  }
  const { speculativeAlgorithms } = factsOf(settings);
  if (!speculativeAlgorithms.includes(speculativeAlgorithm)) {
    throw new InputError(
      `SGLang ${settings.version} has no --speculative-algorithm ${speculativeAlgorithm}; it has ${speculativeAlgorithms.join(', ')}.`,
    );
  }
  if (speculativeAlgorithm === 'NGRAM') {
    const numDraftTokens = speculativeNumDraftTokens ?? NGRAM_DRAFT_TOKENS;
    const topK = speculativeEagleTopk ?? NGRAM_BREADTH;
    return {
      hasDraft: false,
      topK,
      numDraftTokens,
      numSteps: speculativeNumSteps ?? Math.floor(numDraftTokens / topK),
    };
  }
  if (speculativeNumSteps === undefined) {
    if (speculativeEagleTopk !== undefined || speculativeNumDraftTokens !== undefined) {
      throw new InputError(
        'SGLang takes --speculative-eagle-topk and --speculative-num-draft-tokens only with --speculative-num-steps; give it too.',
      );
    }
    return { hasDraft: true, ...usualNumbers(architecture, settings) };
  }
  const topK = speculativeEagleTopk;
  if (topK === undefined || (topK > 1 && speculativeNumDraftTokens === undefined)) {
    throw new InputError(
      `SGLang needs ${topK === undefined ? '--speculative-eagle-topk' : '--speculative-num-draft-tokens'} beside --speculative-num-steps ${speculativeNumSteps}.`,
    );
  }
  const numDraftTokens = topK === 1 ? speculativeNumSteps + 1 : (speculativeNumDraftTokens ?? 0);
  return { hasDraft: true, numSteps: speculativeNumSteps, topK, numDraftTokens };
}

function usualNumbers(architecture: string, settings: SglangSettings): typeof CHAIN {
  const { draftsChains, draftsChainsElsewhere } = factsOf(settings);
  if (settings.speculativeAlgorithm === 'STANDALONE' || draftsChains.includes(architecture)) {
    return CHAIN;
  }
  return draftsChainsElsewhere && !TREES.includes(architecture) ? CHAIN : TREE;
}
