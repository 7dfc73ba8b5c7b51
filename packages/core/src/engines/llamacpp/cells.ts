import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { ceilDiv, roundUp } from '../../text/exact.js';
import { knowsWindowsOf, windowInFile } from './architectures.js';
import type { LlamacppSettings } from './settings.js';

/** Cells of one stream of a cache, as a rule of the context length. */
export interface Cells {
  readonly cells: (contextLength: number) => number;
  readonly streams: number;
  /** Tokens of a sequence after which there are no more cells. */
  readonly growsUntil: number;
  /** The rule in words. */
  readonly explain: (contextLength: number) => string;
}

/** How many cells each kind of cache has. */
export interface CellRules {
  readonly full: Cells;
  /** Undefined where windows are not known, so that sliding layers are cached like full ones. */
  readonly sliding: Cells | undefined;
  readonly compressed: (ratio: number) => Cells;
  readonly warnings: readonly string[];
}

/** Contexts and sliding caches are padded to whole multiples of it: `GGML_PAD(..., 256)`. */
const PADDING = 256;

/** The chunk of Llama 4, whatever the config says: `src/models/llama4.cpp`. */
const CHUNK = 8192;

/**
 * The cells of each cache. With L tokens for each of n sequences, `--ctx-size` is L x n:
 *
 * - full: `n_ctx_seq`, L padded to 256 in each of n streams; unified, L x n padded to 256 in one.
 * - sliding: `pad(min(n_ctx_seq, n_swa x (unified ? n : 1) + n_ubatch), 256)` in each stream, or as full with
 *   `--swa-full`; `n_ubatch` is at most `n_batch` and at most L x n.
 * - compressed: `pad(max(1, ceil(n_ctx_seq / ratio)), 256)` for each sequence.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-context.cpp` (`llama_context::llama_context`),
 * `src/llama-kv-cache-iswa.cpp` and `src/llama-kv-cache-dsv4.cpp` (constructors).
 *
 * @throws InputError for windows of several sizes, of which the engine has one.
 */
export function cellRules(model: Model, numSequences: number, settings: LlamacppSettings): CellRules {
  const { kvUnified = false, swaFull = false, batchSize = 2048, ubatchSize = 512 } = settings;
  const sequencesInStream = kvUnified ? numSequences : 1;
  const contextOfStream = (contextLength: number) => roundUp(contextLength * sequencesInStream, PADDING);
  const ubatch = (contextLength: number) => Math.min(ubatchSize, batchSize, contextLength * numSequences);

  const full = (streams: number): Cells => ({
    cells: contextOfStream,
    streams,
    growsUntil: Infinity,
    explain: (contextLength) =>
      `${contextLength}${kvUnified ? ` x ${numSequences} sequences` : ''} tokens padded to ${PADDING}`,
  });
  const streams = kvUnified ? 1 : numSequences;

  const { window, warnings } = windowOf(model);
  const forEachSequence = isCompressed(model);
  const windowsInStream = kvUnified && !forEachSequence ? numSequences : 1;
  const sliding = (slidingWindow: number): Cells => ({
    cells: (contextLength) =>
      roundUp(
        Math.min(contextOfStream(contextLength), slidingWindow * windowsInStream + ubatch(contextLength)),
        PADDING,
      ),
    streams: forEachSequence ? numSequences : streams,
    growsUntil: ceilDiv(slidingWindow * windowsInStream + Math.min(ubatchSize, batchSize), sequencesInStream),
    explain: (contextLength) =>
      `window ${slidingWindow}${windowsInStream === 1 ? '' : ` x ${windowsInStream} sequences`} + ubatch ${ubatch(contextLength)}, at most ${contextOfStream(contextLength)}, padded to ${PADDING}`,
  });
  const fullOfSliding = full(forEachSequence ? numSequences : streams);

  return {
    full: full(streams),
    sliding: window === undefined ? undefined : swaFull ? fullOfSliding : sliding(window),
    compressed: (ratio) => ({
      cells: (contextLength) => roundUp(ceilDiv(contextOfStream(contextLength), ratio), PADDING),
      streams: numSequences,
      growsUntil: Infinity,
      explain: (contextLength) => `${contextOfStream(contextLength)} / ${ratio}, padded to ${PADDING}`,
    }),
    warnings,
  };
}

function isCompressed(model: Model): boolean {
  return model.layers.some((layer) => memoriesOf(layer).some(({ kind }) => kind === 'compressed'));
}

/** The window of all sliding layers, undefined where there is none or the engine does not know it. */
function windowOf(model: Model): {
  readonly window: number | undefined;
  readonly warnings: readonly string[];
} {
  const windows = new Set<number>();
  const warnings = new Set<string>();
  for (const memory of model.layers.flatMap(memoriesOf)) {
    if ((memory.kind === 'sliding' || memory.kind === 'latent') && memory.slidingWindow !== undefined) {
      windows.add(windowInFile(model, memory.slidingWindow));
    }
    if (memory.kind === 'chunked') {
      windows.add(CHUNK);
      if (memory.attentionChunkSize !== CHUNK) {
        warnings.add(
          `llama.cpp takes chunks to be ${CHUNK} tokens, though the model has ${memory.attentionChunkSize}.`,
        );
      }
    }
  }
  if (windows.size > 0 && !knowsWindowsOf(model)) {
    return {
      window: undefined,
      warnings: [
        `llama.cpp knows no sliding window for ${model.architecture}, so all layers keep every token.`,
      ],
    };
  }
  const [window, ...others] = windows;
  if (others.length > 0) {
    throw new InputError(
      `${model.name} has windows of ${[...windows].join(' and ')} tokens; llama.cpp has one size of window for all layers.`,
    );
  }
  return { window, warnings: [...warnings] };
}
