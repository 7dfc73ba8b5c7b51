import type { BudgetPart } from '../../../deployment/budget.js';
import { GIB, partOf } from './part.js';
import type { Step } from './step.js';

/** Fitted on published logs, in GiB: likely, least and most of nine in ten. See `tooling/conformance/vllm`. */
type Fitted = readonly [likely: number, low: number, high: number];

/**
 * What the process holds of a device outside torch: CUDA's context as far as it grows, libraries, NCCL and the buffers through
 * which tensor-parallel ranks reduce. The driver allocates it, so it is read from logs.
 *
 * - On one device 0.13 GiB; 0.25 from 0.18 to 0.26, where the graphs that are captured to be measured count too; since 0.27 all
 *   that is not free any more, with what compiling for the first time leaves behind: 0.28, and up to 1.2.
 * - With tensor parallelism over NVLink 2.1 GiB since 0.12, for symmetric memory and NVLS (0.54 in 0.11; 1.7 on Blackwell); without NVLink 0.2 to 0.8.
 * - On a device whose memory is the host's, all that the machine took meanwhile.
 *
 * Source: vllm-project/vllm v0.26.0 and v0.27.0, `vllm/utils/mem_utils.py` (`memory_profiling`), `vllm/envs.py`
 * (`VLLM_ALLREDUCE_USE_SYMM_MEM`); logs of the golden file.
 */
export function outsideTorchOf(step: Step): BudgetPart {
  const { device, facts, settings, workload } = step;
  const { tensorParallel, pipelineParallel } = workload;
  const [likely, low, high] = fittedOf(step);
  const { isUnified } = device;
  return partOf(
    'outside torch',
    likely * GIB,
    { below: (likely - low) * GIB, above: (high - likely) * GIB },
    'formula',
    [
      isUnified
        ? `${likely} GiB: what the system and the process took of unified memory in logs, ${low} to ${high}`
        : `${likely} GiB: CUDA and its libraries${tensorParallel > 1 ? `, NCCL and buffers of ${tensorParallel} tensor-parallel ranks` : ''}${pipelineParallel > 1 ? `, of ${pipelineParallel} pipeline stages` : ''} in logs, ${low} to ${high}`,
      ...(facts.graphEstimate === 'none' || facts.countsConsumedMemory || settings.enforceEager === true
        ? []
        : ['0.12 GiB of it are of graphs that were captured to be measured']),
    ],
    'fitted on published logs (vllm-startup.json)',
  );
}

function fittedOf({ device, facts, workload, settings }: Step): Fitted {
  if (device.isUnified) {
    return [2.8, 0.8, 5.4];
  }
  if (workload.tensorParallel > 1) {
    if (!hasNvlink(device.computeCapability)) {
      return facts.countsConsumedMemory ? [0.5, 0.2, 1.6] : [0.35, 0.15, 1.1];
    }
    return isBlackwell(device.computeCapability) ? [1.7, 1, 2.4] : OVER_NVLINK[facts.ranksShareMemory];
  }
  if (workload.pipelineParallel > 1) {
    return [0.07, 0, 0.6];
  }
  const measuresGraphs =
    facts.graphEstimate !== 'none' && !facts.countsConsumedMemory && settings.enforceEager !== true;
  if (facts.countsConsumedMemory) {
    return [0.28, 0.05, 1.2];
  }
  return measuresGraphs ? [0.25, 0.06, 0.48] : [0.13, 0, 0.4];
}

const OVER_NVLINK: Readonly<Record<'no' | 'some' | 'yes', Fitted>> = {
  no: [0.4, 0.15, 1.1],
  some: [0.54, 0.2, 1.8],
  yes: [2.1, 1.4, 2.4],
};

function isBlackwell(computeCapability = ''): boolean {
  return computeCapability.startsWith('10.');
}

/** Data-centre boards: V100, A100, H100 and their like, B200 and B300. */
function hasNvlink(computeCapability = ''): boolean {
  return ['7.0', '8.0', '9.0', '10.0', '10.3'].includes(computeCapability);
}
