import type { Workload } from '../../deployment/workload.js';
import { type Layer, memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { roundUp } from '../../text/exact.js';
import { LATENT_BYTES, rowBytesIn } from './deepseek-v4-rows.js';
import { factsOf } from './releases.js';
import { requestsOfDeepseekV4 } from './running-requests.js';
import type { SglangSettings } from './settings.js';
import type { Speculation } from './speculation.js';
import type { PoolTokens } from './tokens.js';
import { windowsOfRequests } from './windows-of-requests.js';

/** Elements of a latent with its rotary key, of an indexer's key, and bytes of the latter with its scale. */
const LATENT = 512;
const INDEXER = 128;
const INDEXER_BYTES = INDEXER + 4;

/** `DSV4_DEFAULT_SWA_FULL_TOKENS_RATIO`. */
const DEFAULT_RATIO = 0.1;

/** Windows that are kept for prefixes for each running request. */
const TAILS_OF_REQUEST = 4;

/**
 * Tokens of DeepSeek-V4's pools in a memory size, in pages of P tokens.
 *
 * - A token takes its share of the compressed entries and of the indexer's keys; and of its window and the states of ratio
 *   4, which follow the window's pages, `--swa-full-tokens-ratio`. 0.5.12 reckons with one layer more.
 * - Since 0.5.15 states of ratio 128 are kept for each of `--max-running-requests` (256) and are taken off before.
 * - Since 0.5.21 so is the window, unless a ratio is given: for each request what it may hold while it decodes, two chunks
 *   of prefills, and four windows for prefixes.
 * - A draft makes all of it `(layers + 1) / layers` as large, and rings of states twice as long.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/model_executor/pool_configurator.py`
 * (`DSV4PoolConfigurator`, `compute_swa_request_cap`); v0.5.12 to v0.5.20, the same class.
 *
 * @param pageSize tokens of a page: 256.
 */
export function deepseekV4Tokens(
  model: Model,
  layers: readonly Layer[],
  workload: Workload,
  settings: SglangSettings,
  speculation: Speculation | undefined,
  availableBytes: number,
  pageSize: number,
): PoolTokens {
  const { reckonsNextLayer, fixesRingsOfRequests, capsWindowsByRequests } = factsOf(settings);
  const memories = layers.flatMap(memoriesOf);
  const window = memories.find((memory) => memory.kind === 'latent')?.slidingWindow ?? pageSize;
  const count = (ratio: number) =>
    memories.filter((memory) => memory.kind === 'compressed' && memory.compressRatio === ratio).length;
  const numLayers = layers.length + (reckonsNextLayer ? 1 : 0);
  const [num4, num128] = [count(4), count(128)];
  const [ring4, ring128] = speculation === undefined ? [8, 128] : [16, 256];
  const inflated = speculation === undefined ? 1 : (numLayers + 1) / numLayers;
  const requests = requestsOfDeepseekV4(workload, settings);
  const ratio = settings.swaFullTokensRatio ?? DEFAULT_RATIO;
  const inPages = (tokens: number) => Math.floor(tokens / pageSize) * pageSize;

  const row = (rows: number) => (capsWindowsByRequests ? rowBytesIn(rows) : LATENT_BYTES);
  const perPage = capsWindowsByRequests ? pageSize : window;
  const states4 = (ring4 / perPage) * (4 * LATENT * 4 + 4 * INDEXER * 4) * num4;
  const states128 = fixesRingsOfRequests ? 0 : (ring128 / perPage) * (2 * LATENT * 4) * num128;
  const ofWindow = (row(pageSize) * numLayers + states4 + states128) * inflated;
  const ofEntries = (row(pageSize / 4) / 4 + INDEXER_BYTES / 4) * num4 + (row(pageSize / 128) / 128) * num128;

  const fixedRows = roundUp((requests + 1) * ring128 + ring128 + 1, 128);
  const rings = fixesRingsOfRequests ? fixedRows * 2 * LATENT * 4 * num128 : 0;
  const isCapped = capsWindowsByRequests && settings.swaFullTokensRatio === undefined;
  const tails = settings.disableRadixCache === true ? 0 : TAILS_OF_REQUEST * requests * (window + pageSize);
  const inUse = windowsOfRequests(workload, settings, speculation, requests, window, pageSize);
  const capped = isCapped ? roundUp(inUse + tails, pageSize) : 0;
  const left = Math.max(availableBytes - rings - capped * ofWindow, 0);
  const ofToken = (isCapped ? 0 : ratio * ofWindow) + ofEntries * inflated;
  const full = inPages(Math.trunc(left / ofToken));
  if (full <= 0) {
    throw new InputError(
      `${availableBytes} bytes are not enough for ${requests} requests of ${model.name} on SGLang; raise --mem-fraction-static, or lower --max-running-requests.`,
    );
  }
  return { full, sliding: isCapped ? capped : inPages(Math.trunc(full * ratio)) };
}
