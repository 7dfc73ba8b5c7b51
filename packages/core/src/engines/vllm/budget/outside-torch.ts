import type { BudgetPart } from '../../../deployment/budget.js';
import { GIB, partOf } from './part.js';
import type { Step } from './step.js';

/** Fitted on published logs, in GiB: likely, least and most of nine in ten. See `tooling/conformance/vllm`. */
type Fitted = readonly [likely: number, low: number, high: number];

/**
 * What the process holds of a device outside torch: CUDA's context as far as it grows, libraries, NCCL and the buffers
 * through which tensor-parallel ranks reduce. The driver allocates it, so it is read from logs.
 *
 * - On one device 0.13 GiB; 0.25 from 0.18 to 0.26, where the graphs that are captured to be measured count too; since
 *   0.27 all that is not free any more, with what compiling for the first time leaves behind: 0.28, and up to 1.2.
 * - With tensor parallelism over NVLink 2.1 GiB since 0.12, for symmetric memory and NVLS (0.54 in 0.11; 1.7 on
 *   Blackwell); without NVLink 0.2 to 1.6.
 * - On a device whose memory is the host's, all that the machine took meanwhile.
 *
 * Source: vllm-project/vllm v0.26.0 and v0.27.0, `vllm/utils/mem_utils.py` (`memory_profiling`), `vllm/envs.py`
 * (`VLLM_ALLREDUCE_USE_SYMM_MEM`); logs of the golden file.
 */
export function outsideTorchOf(step: Step): BudgetPart {
  const [likely, low, high] = fittedOf(step);
  return partOf(
    'outside torch',
    likely * GIB,
    { below: (likely - low) * GIB, above: (high - likely) * GIB },
    'formula',
    [`${likely} GiB: ${contentsOf(step)} in logs, ${low} to ${high}`],
    'fitted on published logs (vllm-startup.json)',
  );
}

function contentsOf(step: Step): string {
  const { tensorParallel, pipelineParallel } = step.workload;
  if (step.device.isUnified) {
    return 'what the process and the system took of unified memory';
  }
  if (tensorParallel > 1) {
    return `CUDA and its libraries, NCCL and buffers of ${tensorParallel} tensor-parallel ranks`;
  }
  if (pipelineParallel > 1) {
    return `CUDA and its libraries, of ${pipelineParallel} pipeline stages`;
  }
  return measuresGraphs(step)
    ? 'CUDA and its libraries, and what graphs that are captured to be measured leave'
    : 'CUDA and its libraries';
}

function fittedOf(step: Step): Fitted {
  const { device, facts, workload } = step;
  if (device.isUnified) {
    return [2.8, 0.6, 5.8];
  }
  if (workload.tensorParallel > 1 && !hasNvlink(device.computeCapability)) {
    return facts.countsConsumedMemory ? [0.5, 0.2, 1.6] : [0.35, 0.15, 1.1];
  }
  if (workload.tensorParallel > 1) {
    return isBlackwell(device.computeCapability) ? [1.7, 1, 2.4] : OVER_NVLINK[facts.ranksShareMemory];
  }
  if (workload.pipelineParallel > 1) {
    return [0.07, 0, 0.6];
  }
  if (facts.countsConsumedMemory) {
    return [0.28, 0.05, 1.2];
  }
  return measuresGraphs(step) ? [0.25, 0.06, 0.48] : [0.13, 0, 0.4];
}

/** Whether graphs are captured while memory is measured, so that what they leave counts. */
function measuresGraphs({ facts, settings }: Step): boolean {
  return facts.graphEstimate !== 'none' && !facts.countsConsumedMemory && settings.enforceEager !== true;
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
