import { memoryFlags } from '../launch/memory-flags.js';

/**
 * Flags of SGLang that change what it sets aside: weights, cache, or what a step needs beside them.
 *
 * Source: sgl-project/sglang v0.4.6 to v0.5.23, `python/sglang/srt/server_args.py`, `python/sglang/srt/arg_groups`.
 */
export const SGLANG_MEMORY_FLAGS = memoryFlags(
  `
  --load-format --is-embedding --enable-multimodal --revision --model-impl --json-model-override-args --dtype
  --quantization --quantization-param-path --enable-fp32-lm-head --modelopt-quant --modelopt-checkpoint-restore-path
  --rl-quant-profile --mem-fraction-static --max-running-requests --max-total-tokens --chunked-prefill-size
  --enable-dynamic-chunking --max-prefill-tokens --prefill-max-requests --page-size --c128-page-size
  --swa-full-tokens-ratio --disable-hybrid-swa-memory --prefill-only-disable-kv-cache --disable-radix-cache
  --enable-page-major-kv-layout --enable-unified-memory --disable-chunked-prefix-cache --disable-overlap-schedule
  --enable-mixed-chunk --nnodes --attn-cp-size --dcp-size --pp-max-micro-batch-size --pp-async-batch-depth --attn-dp-size
  --moe-dp-size --dwdp-size --dcp-replicate-q-proj --enable-prefill-cp --cp-strategy --enable-dsa-cache-layer-split
  --enable-kv-cache-sharding --enable-dp-lm-head --enable-attn-tp-input-scattered --enable-shared-experts-attn-tp
  --enable-dense-mlp-attn-tp --enable-layernorm-sp --enable-streaming-session --enable-session-radix-cache
  --attention-backend --decode-attention-backend --enable-lean-attention --prefill-attention-backend
  --radix-cache-backend --mm-attention-backend --fp8-gemm-backend --fp4-gemm-backend --bf16-gemm-backend
  --dsa-prefill-backend --dsv4-prefill-backend --dsa-decode-backend --disable-flashinfer-autotune
  --flashinfer-autotune-skip-ops --cuda-graph-config --cuda-graph-backend-decode --cuda-graph-backend-prefill
  --cuda-graph-max-bs-decode --cuda-graph-max-bs-prefill --cuda-graph-bs-decode --cuda-graph-bs-prefill
  --cuda-graph-prefill-max-context --disable-prefill-cuda-graph --disable-decode-cuda-graph
  --disable-cuda-graph-padding --enable-profile-cuda-graph --enable-nccl-nvls --enable-symm-mem
  --triton-attention-reduce-in-fp32 --triton-attention-num-kv-splits --triton-attention-split-tile-size
  --flashinfer-mla-disable-ragged --enable-deepseek-v4-fp4-indexer --disable-custom-all-reduce --enable-mscclpp
  --enable-torch-symm-mem --flashinfer-allreduce-fusion-backend --enable-torch-compile
  --enable-torch-compile-debug-mode --torch-compile-max-bs --speculative-algorithm --uno-lora-path
  --speculative-num-steps --speculative-eagle-topk --speculative-num-draft-tokens --speculative-dflash-block-size
  --speculative-dspark-block-size --speculative-token-map --speculative-draft-kv-cache-dtype
  --speculative-draft-window-size --speculative-draft-model-quantization --enable-multi-layer-eagle
  --speculative-adaptive --speculative-adaptive-config --decoupled-spec-role --ep-size --moe-a2a-backend
  --deepep-v2-mode --moe-runner-backend --flashinfer-mxfp4-moe-precision --deepep-mode
  --deepep-dispatcher-output-dtype --ep-num-redundant-experts --init-expert-location --enable-eplb --deepep-config
  --moe-dense-tp-size --elastic-ep-backend --enable-elastic-expert-backup --elastic-ep-initial-size --max-ep-size
  --disable-flashinfer-cutlass-moe-fp4-allgather --disable-shared-experts-fusion --enforce-shared-experts-fusion
  --max-mamba-cache-size --mamba-ssm-dtype --mamba-max-states-per-path --enable-mamba-cache-stochastic-rounding
  --mamba-full-memory-ratio --mamba-radix-cache-strategy --mamba-track-interval --enable-int8-mamba-checkpoint
  --int8-mamba-ckpt-size --linear-attn-backend --linear-attn-decode-backend --linear-attn-prefill-backend
  --linear-attn-verify-backend --enable-linear-replayssm --linear-replayssm-cache-len --enable-linear-replayssm-spec
  --enable-hierarchical-cache --hicache-host-memory-mode --hicache-ratio --hicache-size --hicache-mem-layout
  --hicache-storage-backend --enable-unified-cache-external-linker --enable-hisparse --hisparse-config
  --enable-prefix-mm-cache --mm-enable-dp-encoder --mm-preprocess-cache-size-mb --limit-mm-data-per-request
  --enable-mm-global-cache --mm-global-cache-backend --enable-lora --enable-lora-overlap-loading --max-lora-rank
  --lora-target-modules --lora-paths --max-loaded-loras --max-loras-per-batch --lora-backend --max-lora-chunk-size
  --experts-shared-outer-loras --lora-use-virtual-experts --enable-two-batch-overlap --enable-single-batch-overlap
  --cpu-offload-gb --offload-group-size --offload-num-in-group --offload-prefetch-step --offload-mode --enable-lmcache
  --enable-flexkv --kt-weight-path --kt-method --kt-num-gpu-experts --dllm-algorithm --dllm-algorithm-config
  --dllm-fdfo --disaggregation-mode --disaggregation-decode-enable-radix-cache
  --disaggregation-decode-enable-offload-kvcache --disaggregation-decode-retraction-backup
  --num-reserved-decode-tokens --disaggregation-decode-extra-slots --optimistic-prefill-attempts --encoder-only
  --language-only --language-model-only --enable-pdmux --enable-memory-saver --enable-weights-cpu-backup
  --enable-draft-weights-cpu-backup --enable-return-hidden-states --return-hidden-states-mode
  --enable-return-routed-experts --enable-return-indexer-topk --weight-cache-mode --weight-cache-socket
  --ple-offload-embedding --ple-offload-backend --ple-offload-dir --enable-pd-role-switch
  --flashinfer-a2a-dispatch-type --cuda-graph-max-seq-len-prefill --prefill-kv-cache-dequant-dtype --dsv4-attn-backend
  --hicache-host-memory-fraction --swa-prefix-tails --enable-encoder-swa-bounded-replay
  --enable-decoder-swa-bounded-replay --disaggregation-decode-host-receive-threshold --qsa-indexer-dtype
  --disaggregation-decode-allocation-policy --speculative-draft-sink-size --enable-amd-monokernel
  --enable-paged-experts --paged-experts-num-resident --enable-nvidia-megakernel --enable-megamoe-for-layernorm-sp
  --enable-return-aux-hidden-states --disable-cuda-graph --enable-dp-attention --enable-flashinfer-allreduce-fusion
  --cuda-graph-max-bs --cuda-graph-bs --mamba-scheduler-strategy --enable-deepep-moe --enable-ep-moe
  --disable-piecewise-cuda-graph --piecewise-cuda-graph-max-tokens --piecewise-cuda-graph-tokens
  --enable-piecewise-cuda-graph --hicache-io-backend --nsa-prefill-backend --nsa-decode-backend --node-rank
  --enable-double-sparsity --kt-cpuinfer --speculative-attention-mode --enable-nsa-prefill-context-parallel
  `,
  {
    '--model-path': 'model',
    '--speculative-draft-model-path': 'draft',
    '--context-length': 'contextLength',
    '--kv-cache-dtype': 'cacheDtype',
    '--tp-size': 'tensorParallel',
    '--pp-size': 'pipelineParallel',
    '--dp-size': 'dataParallel',
  },
);
