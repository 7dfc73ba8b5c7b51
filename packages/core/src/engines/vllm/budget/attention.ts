import { memoriesOf } from '../../../model/layer.js';
import { gib, MIB } from './part.js';
import type { Step, Term } from './step.js';

const NONE: Term = { bytes: 0, text: '' };

/**
 * What latent attention allocates to stand for the longest prompt while the step is tried: keys and values of so many
 * tokens, expanded for the heads of a rank. Layers with a sparse-attention indexer do without, and compute logits of
 * the indexer in a buffer of 512 MiB, which the trial allocates since 0.19.
 *
 * Source: vllm-project/vllm v0.10.0, `vllm/v1/attention/backends/mla/common.py`; v0.19.0 and v0.26.0,
 * `vllm/model_executor/layers/attention/mla_attention.py` (`determine_chunked_prefill_workspace_size`, `forward_impl`),
 * `vllm/model_executor/layers/sparse_attn_indexer.py`, `vllm/envs.py` (`VLLM_SPARSE_INDEXER_MAX_LOGITS_MB`).
 */
export function attentionScratchOf(step: Step): Term {
  const { model, workload, facts, sequences, elementBytes } = step;
  if (indexHeadDimOf(step) > 0) {
    return facts.triesIndexerLogits
      ? { bytes: INDEXER_LOGITS, text: `logits of the indexer: ${gib(INDEXER_LOGITS)}` }
      : NONE;
  }
  const [latent] = model.layers
    .flatMap(memoriesOf)
    .flatMap((memory) => (memory.kind === 'latent' ? [memory.expanded] : []));
  if (latent === undefined) {
    return NONE;
  }
  const blocks = sequences * BLOCK_TOKENS;
  const longest = Math.max(8 * workload.contextLength, 4 * blocks);
  const tokens = Math.max(Math.min(longest, facts.latentPrefillTokens), blocks);
  const heads = Math.ceil(latent.numAttentionHeads / workload.tensorParallel);
  const dim = latent.qkNopeHeadDim + latent.vHeadDim;
  const bytes = tokens * heads * dim * elementBytes;
  return {
    bytes,
    text: `latents of ${tokens} tokens expanded: x ${heads} heads x ${dim} x ${elementBytes} bytes = ${gib(bytes)}`,
  };
}

/**
 * The buffer that sparse-attention indexers gather keys in: 40 contexts of an fp8 key and 4 bytes of scale. Since 0.13
 * it lies where the workspace of experts does, whichever is the larger.
 *
 * Source: vllm-project/vllm v0.19.0, `vllm/v1/attention/backends/mla/indexer.py` (`get_max_prefill_buffer_size`),
 * `vllm/v1/worker/workspace.py`.
 */
export function indexerWorkspaceOf(step: Step): Term {
  const indexHeadDim = indexHeadDimOf(step);
  const { workload, facts } = step;
  if (indexHeadDim === 0 || !facts.keepsExpertWorkspace) {
    return NONE;
  }
  const bytes = INDEXED_CONTEXTS * workload.contextLength * (indexHeadDim + SCALE_BYTES);
  return {
    bytes,
    text: `keys of the indexer: ${INDEXED_CONTEXTS} x ${workload.contextLength} tokens x ${indexHeadDim + SCALE_BYTES} bytes = ${gib(bytes)}`,
  };
}

const INDEXER_LOGITS = 512 * MIB;
const INDEXED_CONTEXTS = 40;
const SCALE_BYTES = 4;

/** Tokens in a block of latents. */
const BLOCK_TOKENS = 64;

/** Of latent layers; 0 where they have no indexer. */
function indexHeadDimOf({ model }: Step): number {
  return model.layers
    .flatMap(memoriesOf)
    .reduce(
      (most, memory) => Math.max(most, memory.kind === 'latent' ? (memory.indexer?.indexHeadDim ?? 0) : 0),
      0,
    );
}
