import { memoryFlags } from '../launch/memory-flags.js';

/**
 * Flags of vLLM that change what it sets aside: weights, cache, or what a step needs beside them.
 *
 * Source: vllm-project/vllm v0.10.0 to v0.33.0, `vllm/config/*.py` and where the fields are read in `vllm/v1`.
 */
export const VLLM_MEMORY_FLAGS = memoryFlags(
  `
  --runner --convert --task --dtype --hf-config-path --revision --quantization --quantization-config --enforce-eager
  --enable-return-routed-experts --disable-sliding-window --disable-cascade-attn --enable-prompt-embeds --hf-overrides
  --rope-scaling --rope-theta --pooler-config --enable-sleep-mode --sleep-mode-backend --sleep-mode-offload-cudagraph
  --enable-cumem-allocator --model-impl --load-format --model-loader-extra-config --attention-backend
  --use-fp64-gumbel --sleep-preserve-parameter-names --enable-mamba-cache-stochastic-rounding --device-ids
  --headless --nnodes --node-rank --data-parallel-size-local --data-parallel-start-rank --data-parallel-rank
  --dcp-q-replicate --dcp-kv-cache-interleave-size --cp-kv-cache-interleave-size --prefill-context-parallel-size
  --enable-hc-sp --enable-expert-parallel --enable-batch-sharded-sampling --enable-ep-weight-filter --all2all-backend
  --enable-dbo --ubatch-size --enable-elastic-ep --elastic-ep-max-dp-size --dbo-decode-token-threshold
  --dbo-prefill-token-threshold --enable-eplb --num-redundant-experts --eplb-config --expert-placement-strategy
  --disable-custom-all-reduce --block-size --gpu-memory-utilization --kv-cache-memory-bytes
  --num-gpu-blocks-override --enable-prefix-caching --prefix-cache-retention-interval --kv-cache-dtype-skip-layers
  --kv-sharing-fast-prefill --swa-bounded-replay --mamba-cache-dtype --mamba-ssm-cache-dtype --mamba-block-size
  --prefix-match-unit --mamba-cache-mode --enable-mamba-shared-prefix-checkpoint --replayssm-buffer-len
  --use-replayssm --kv-offloading-size --kv-offloading-backend --offload-backend --cpu-offload-gb --cpu-offload-params
  --swap-space --offload-group-size --offload-num-in-group --offload-prefetch-step --offload-params
  --language-model-only --limit-mm-per-prompt --enable-mm-embeds --mm-processor-kwargs --mm-processor-cache-gb
  --disable-mm-preprocessor-cache --mm-encoder-only --mm-encoder-tp-mode --mm-encoder-attn-backend
  --mm-encoder-attn-dtype --skip-mm-profiling --video-pruning-rate --video-pruning-method --mm-processor-device
  --mm-ipc-gpu-memory-gb --mm-device-do-normalize --enable-lora --lora-modules --max-loras --max-lora-rank --lora-dtype
  --lora-extra-vocab-size --enable-tower-connector-lora --max-cpu-loras --fully-sharded-loras --lora-target-modules
  --default-mm-loras --specialize-active-lora --enable-mixed-moe-lora-format --enable-moe-shared-loras
  --max-num-batched-tokens --max-num-scheduled-tokens --max-num-seqs --max-num-active-seqs --max-num-partial-prefills
  --max-long-partial-prefills --long-prefill-token-threshold --long-prefill-token-threshold-adaptive
  --enable-chunked-prefill --disable-chunked-mm-input --scheduler-reserve-full-isl --num-scheduler-steps
  --num-lookahead-slots --disable-hybrid-kv-cache-manager --async-scheduling --cudagraph-capture-sizes
  --cuda-graph-sizes --max-cudagraph-capture-size --max-seq-len-to-capture --enable-flashinfer-autotune --monokernel
  --moe-backend --linear-backend --sparse-indexer-topk-backend --speculative-config --spec-method --spec-tokens
  --num-speculative-tokens --diffusion-config --kv-transfer-config --ec-transfer-config --ec-manager-config
  --compilation-config --attention-config --engram-config --kernel-config --additional-config --optimization-level
  --performance-mode --weight-transfer-config --gdn-prefill-backend --kda-prefill-backend --kda-decode-backend
  `,
  {
    '--model': 'model',
    '--spec-model': 'draft',
    '--speculative-model': 'draft',
    '--max-model-len': 'contextLength',
    '--kv-cache-dtype': 'cacheDtype',
    '--tensor-parallel-size': 'tensorParallel',
    '--pipeline-parallel-size': 'pipelineParallel',
    '--data-parallel-size': 'dataParallel',
    '--decode-context-parallel-size': 'contextParallel',
  },
);
