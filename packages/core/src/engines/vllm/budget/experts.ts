import type { ModelSizes } from '../../../model/model.js';
import { gib } from './part.js';
import type { Step, Term } from './step.js';

/** The workspace of experts, and how much larger it may be. */
export interface ExpertWorkspace extends Term {
  /** Bytes that DeepGEMM takes beside, which runs experts in 8 bits where it is installed. */
  readonly ofDeepGemm: number;
  /** Bytes more or fewer that kernels of quantized experts may take; those of 16 bits are known. */
  readonly ofKernels: number;
}

/** Routed experts, of which each token goes through some. */
export interface RoutedExperts {
  readonly numExperts: number;
  readonly numExpertsPerToken: number;
  /** Of one expert. */
  readonly intermediateSize: number;
}

/** The experts of a model that has some, where all of their sizes are known. */
export function routedExpertsOf({
  numExperts,
  numExpertsPerToken,
  moeIntermediateSize,
}: ModelSizes): RoutedExperts | undefined {
  return numExperts === undefined || numExpertsPerToken === undefined || moeIntermediateSize === undefined
    ? undefined
    : {
        numExperts,
        numExpertsPerToken: Math.min(numExperts, numExpertsPerToken),
        intermediateSize: moeIntermediateSize,
      };
}

/** Rows of an expert are aligned to so many by DeepGEMM; widths of so many at most are left to Triton. */
const DEEP_GEMM = { alignment: 128, least: 512 };

/** How far workspaces of quantized kernels are from Triton's. */
const SHARE_OF_KERNELS = 0.4;

/**
 * Workspaces of routed experts: for each of a token's experts `max(N / 2, H)` and `max(N, H)` elements, N being twice
 * the width of an expert on a rank, whole with `--enable-expert-parallel`. DeepGEMM aligns the rows of each expert on
 * the rank.
 *
 * Source: vllm-project/vllm v0.19.0, `vllm/model_executor/layers/fused_moe/fused_moe.py`, `fused_marlin_moe.py`
 * (`workspace_shapes`), `deep_gemm_moe.py` (`_valid_deep_gemm`), `deep_gemm_utils.py` (`compute_aligned_M`).
 */
export function expertWorkspaceOf(step: Step): ExpertWorkspace {
  const { model, workload, settings, tokens, hiddenSize = 0, elementBytes, bytesPerWeight = 2 } = step;
  const experts = routedExpertsOf(model);
  if (experts === undefined) {
    return { bytes: 0, ofDeepGemm: 0, ofKernels: 0, text: '' };
  }
  const { numExperts, numExpertsPerToken, intermediateSize } = experts;
  const { tensorParallel, dataParallel } = workload;
  const isWhole = settings.enableExpertParallel === true;
  const width = Math.ceil((2 * intermediateSize) / (isWhole ? 1 : tensorParallel));
  const row = (Math.max(width / 2, hiddenSize) + Math.max(width, hiddenSize)) * elementBytes;
  const bytes = tokens * numExpertsPerToken * row;
  const expertsOfRank = Math.ceil(numExperts / (isWhole ? tensorParallel * dataParallel : 1));
  const is8Bit = bytesPerWeight > 0.75 && bytesPerWeight < 1.25;
  const mayRun = is8Bit && hasDeepGemm(step.device.computeCapability) && width > DEEP_GEMM.least;
  return {
    bytes,
    ofDeepGemm: mayRun ? expertsOfRank * (DEEP_GEMM.alignment - 1) * row : 0,
    ofKernels: bytesPerWeight < 2 ? SHARE_OF_KERNELS * bytes : 0,
    text: `experts: T x ${numExpertsPerToken} of a token x ${row} bytes = ${gib(bytes)}`,
  };
}

/** Hopper and data-centre Blackwell. */
function hasDeepGemm(computeCapability = ''): boolean {
  return /^(9|10)\./.test(computeCapability);
}
