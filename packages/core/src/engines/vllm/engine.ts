import { replicasInUse, shardsOf } from '../../deployment/shards.js';
import type { Workload } from '../../deployment/workload.js';
import type { ChosenDtype, Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { ceilDiv } from '../../text/exact.js';
import type { Engine, RankPlan } from '../contract.js';
import { isDeepseekV4 } from './deepseek-v4.js';
import { settingsOn } from './device-defaults.js';
import { draftOf } from './draft.js';
import { type BlockLayout, blockLayoutOf } from './layout.js';
import { nullBlocks } from './null-block.js';
import { poolsOf } from './pools.js';
import { removalWarnings } from './removed-architectures.js';
import type { VllmSettings } from './settings.js';
import { startUpNeeds } from './start-up.js';
import { modelDtype } from './states.js';

/**
 * vLLM, its V1 engine: vllm-project/vllm v0.33.0 and its predecessors since 0.10.2.
 *
 * It takes all memory that it is given and cuts it into blocks, so what is counted here are the blocks that
 * `numSequences` requests of `contextLength` tokens may need at the same time, as vLLM itself reckons them (see
 * `requestRules`): what it says is needed to serve one request of the model's length is the same number for one. The
 * null block that it keeps free is not counted. `vllmCapacity` gives the numbers that it logs for a memory size.
 *
 * - Blocks and pages: `blockSizeOf`, `alignHybridBlocks`; groups of layers: `groupsOf`.
 * - Each tensor-parallel rank has `numKeyValueHeads / tensorParallel` heads, at least one; a latent is kept by every
 *   rank; a recurrent layer's heads are split. `contextParallel` is `--decode-context-parallel-size`: it needs no
 *   devices of its own but splits tokens over tensor-parallel ranks that hold the same.
 */
export function vllm(settings: VllmSettings = {}, draft?: Model): Engine {
  return {
    name: 'vllm',
    kvCacheDtype,
    settingsOn: (device) => settingsOn(device, settings),
    unusableBytes: (model, workload) => unusableBytes(model, workload, settings, draft),
    contextParallelDevices: false,
    plan: (model, workload) => {
      checkSequences(workload, settings);
      const layout = blockLayoutOf(model, workload, settings, draft);
      return {
        tokenShards: replicasInUse(workload) * workload.contextParallel,
        ranks: shardsOf(model, workload).map(({ stage, replicas, numSequences }): RankPlan => {
          const own = layout.stages[stage];
          return {
            stage,
            replicas,
            devices: workload.tensorParallel,
            pools: (own === undefined ? [] : poolsOf(layout, own, numSequences)).map((pool) => ({
              ...pool,
              tokens: (contextLength) => {
                checkBlocks(layout, contextLength, numSequences, settings);
                return pool.tokens(contextLength);
              },
            })),
          };
        }),
        warnings: [
          ...removalWarnings(model, settings),
          ...(settings.ppLayerPartition === undefined
            ? []
            : ['Weights are counted as if each pipeline stage had as many layers.']),
          ...(draftOf(model, settings, draft) === undefined
            ? ["The cache of the draft model's own layers is not counted."]
            : []),
        ],
      };
    },
  };
}

/**
 * The null block, or what vLLM asks for when it starts beyond the blocks of these requests: from 0.14 to 0.16 the layers of
 * all pipeline stages must fit into the memory of one.
 */
function unusableBytes(
  model: Model,
  workload: Workload,
  settings: VllmSettings,
  draft: Model | undefined,
): number {
  const layout = blockLayoutOf(model, workload, settings, draft);
  const { numSequences, contextLength } = workload;
  const blockBytes = Math.max(...layout.stages.map((stage) => stage.blockBytes));
  const taken =
    ceilDiv(numSequences, replicasInUse(workload)) * layout.blocksPerRequest(contextLength) * blockBytes;
  const needed = Math.max(...startUpNeeds(layout, contextLength, settings));
  return Math.max(nullBlocks(settings) * blockBytes, needed - taken);
}

/** @throws InputError where requests need more blocks than `--num-gpu-blocks-override` gives. */
function checkBlocks(
  { blocksPerRequest }: BlockLayout,
  contextLength: number,
  numSequences: number,
  settings: VllmSettings,
): void {
  const { numGpuBlocksOverride } = settings;
  const blocks = numSequences * blocksPerRequest(contextLength);
  if (numGpuBlocksOverride !== undefined && blocks > numGpuBlocksOverride - nullBlocks(settings)) {
    throw new InputError(
      `--num-gpu-blocks-override is ${numGpuBlocksOverride}, but ${numSequences} sequences of ${contextLength} tokens need ${blocks + nullBlocks(settings)} blocks.`,
    );
  }
}

/** @throws InputError where a replica would have more sequences than it runs at a time. */
function checkSequences({ numSequences, dataParallel }: Workload, { maxNumSeqs }: VllmSettings): void {
  if (maxNumSeqs !== undefined && ceilDiv(numSequences, dataParallel) > maxNumSeqs) {
    throw new InputError(
      `vLLM runs at most ${maxNumSeqs} sequences at a time on each replica (--max-num-seqs); numSequences is ${numSequences}.`,
    );
  }
}

/** `auto` is what vLLM computes in, unless the checkpoint says how its cache is stored, or only one format runs. */
function kvCacheDtype(model: Model): ChosenDtype {
  if (isDeepseekV4(model)) {
    return { dtype: 'fp8_e4m3', reason: 'vLLM stores DeepSeek-V4 in fp8_ds_mla' };
  }
  return model.kvCacheDtype.dtype === 'fp32'
    ? { dtype: modelDtype(model), reason: 'vLLM runs fp32 checkpoints in bf16' }
    : model.kvCacheDtype;
}
