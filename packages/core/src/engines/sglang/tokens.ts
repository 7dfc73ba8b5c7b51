import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { ceilDiv, roundUp } from '../../text/exact.js';
import { hasSlidingPool, isDeepseekV4 } from './architectures.js';
import type { SglangSettings } from './settings.js';

/** Tokens that a rank's pools have room for, the page that takes the writes of padding left out. */
export interface PoolTokens {
  /** `max_total_num_tokens`: of every layer that keeps all tokens. */
  readonly full: number;
  /** `swa_max_total_num_tokens`: of every layer with a window or a chunk. */
  readonly sliding: number;
}

/** How many tokens the pools of a model have. */
export interface TokenRules {
  readonly pageSize: number;
  /** Tokens of sliding layers for each token of full ones; undefined without a pool for them, or with no other. */
  readonly ratio: number | undefined;
  /** The least pools that hold so many sequences of a context length at a time. */
  readonly needed: (contextLength: number, numSequences: number) => PoolTokens;
  /** The pools that a number of tokens is cut down to: whole pages of each. */
  readonly fromTokens: (maxTotalNumTokens: number) => PoolTokens;
}

/** `--swa-full-tokens-ratio` and, for DeepSeek-V4, `DSV4_DEFAULT_SWA_FULL_TOKENS_RATIO`. */
const DEFAULT_RATIO = 0.8;
const DEEPSEEK_V4_RATIO = 0.1;

/**
 * The tokens of pools with pages of P tokens.
 *
 * - A sequence of L tokens takes `ceil(L / P)` pages of full layers. Of sliding layers with a window of W it takes as
 *   many, but `ceil(W / P) + 1` pages at most, for a window may begin within a page.
 * - The sliding pool has `floor(full x ratio)` tokens in whole pages, and more than `W + P`, so a small window asks for
 *   larger pools only where sequences are short.
 * - With no full layers there is one pool, of sliding layers.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/model_executor/pool_configurator.py`
 * (`HybridSWAPoolConfigurator._solve_pool_sizes`, `validate_swa_pool_size`, `DSV4PoolConfigurator`).
 */
export function tokenRules(model: Model, pageSize: number, settings: SglangSettings): TokenRules {
  const inPages = (tokens: number) => Math.floor(tokens / pageSize) * pageSize;
  if (!hasSlidingPool(model, settings)) {
    return {
      pageSize,
      ratio: undefined,
      needed: (contextLength, numSequences) => ({
        full: numSequences * roundUp(contextLength, pageSize),
        sliding: 0,
      }),
      fromTokens: (tokens) => ({ full: inPages(tokens), sliding: 0 }),
    };
  }
  const window = longestWindowOf(model);
  const slidingOf = (contextLength: number, numSequences: number) =>
    numSequences * Math.min(roundUp(contextLength, pageSize), roundUp(window, pageSize) + pageSize);
  if (!hasFullLayers(model)) {
    return {
      pageSize,
      ratio: undefined,
      needed: (contextLength, numSequences) => ({ full: 0, sliding: slidingOf(contextLength, numSequences) }),
      fromTokens: (tokens) => ({ full: 0, sliding: inPages(tokens) }),
    };
  }
  const ratio = settings.swaFullTokensRatio ?? (isDeepseekV4(model) ? DEEPSEEK_V4_RATIO : DEFAULT_RATIO);
  const withRatio = (full: number): PoolTokens => ({ full, sliding: inPages(Math.floor(full * ratio)) });
  const leastFor = (sliding: number): number => {
    let full = inPages(Math.floor(sliding / ratio));
    while (withRatio(full).sliding < sliding) {
      full += pageSize;
    }
    return full;
  };
  return {
    pageSize,
    ratio,
    needed: (contextLength, numSequences) => {
      const sliding = Math.max(
        slidingOf(contextLength, numSequences),
        (ceilDiv(window + 1, pageSize) + 1) * pageSize,
      );
      return withRatio(Math.max(numSequences * roundUp(contextLength, pageSize), leastFor(sliding)));
    },
    fromTokens: (tokens) => withRatio(inPages(tokens)),
  };
}

/** The longest window or chunk of any layer, in tokens. */
export function longestWindowOf(model: Model): number {
  return Math.max(
    ...model.layers.flatMap(memoriesOf).map((memory) => {
      switch (memory.kind) {
        case 'sliding':
          return memory.slidingWindow;
        case 'chunked':
          return memory.attentionChunkSize;
        case 'latent':
          return memory.slidingWindow ?? 0;
        default:
          return 0;
      }
    }),
  );
}

function hasFullLayers(model: Model): boolean {
  return model.layers
    .flatMap(memoriesOf)
    .some(
      (memory) =>
        memory.kind === 'full' ||
        memory.kind === 'compressed' ||
        (memory.kind === 'latent' && memory.slidingWindow === undefined),
    );
}
