import { memoryFlags } from '../launch/memory-flags.js';

/**
 * Flags of llama.cpp's programs that change what they set aside: weights, cache, or what a step needs beside them.
 *
 * Source: ggml-org/llama.cpp b9093 to b11434, `common/arg.cpp` and where `common_params` is read.
 */
export const LLAMACPP_MEMORY_FLAGS = memoryFlags(
  `
  --ctx-size --parallel --kv-unified --kv-unified-per-slot --batch-size --ubatch-size --swa-full --ctx-checkpoints
  --checkpoint-min-step --cache-ram --cache-idle-slots --cache-reuse --flash-attn --backend-sampling --pooling
  --rope-scale --yarn-orig-ctx --kv-offload --repack --no-host --mmproj-url --mmproj-auto --mmproj-offload
  --mmproj-device --image-min-tokens --image-max-tokens --mtmd-batch-max-tokens --rpc --load-mode --lazy-mode --mmap
  --mlock --direct-io --device --override-tensor --cpu-moe --n-cpu-moe --n-cpu-ffn --gpu-layers --split-mode
  --tensor-split --main-gpu --fit --fit-target --fit-ctx --override-kv --op-offload --lora --lora-scaled
  --control-vector --control-vector-scaled --hf-file --embedding --reranking --cache-prompt --models-dir
  --models-preset --models-max --sleep-idle-seconds --spec-draft-type-k --spec-draft-type-v
  --spec-draft-override-tensor --spec-draft-cpu-moe --spec-draft-n-cpu-moe --spec-draft-n-max --draft --spec-draft-device
  --spec-draft-ngl --spec-draft-ctx-size --spec-type --spec-default --embd-gemma-default --fim-qwen-1.5b-default
  --fim-qwen-3b-default --fim-qwen-7b-default --fim-qwen-7b-spec --fim-qwen-14b-spec --fim-qwen-30b-default
  --gpt-oss-20b-default --gpt-oss-120b-default --vision-gemma-4b-default --vision-gemma-12b-default
  `,
  {
    '--model': 'model',
    '--model-url': 'model',
    '--hf-repo': 'model',
    '--docker-repo': 'model',
    '--spec-draft-model': 'draft',
    '--spec-draft-hf': 'draft',
    '--mmproj': 'projector',
    '--cache-type-k': 'keyDtype',
    '--cache-type-v': 'valueDtype',
  },
);

/** Flags of which each counts, however often they stand there; of others the last one does. */
export const LLAMACPP_REPEATED = new Set([
  '--override-tensor',
  '--spec-draft-override-tensor',
  '--lora',
  '--lora-scaled',
  '--override-kv',
  '--control-vector',
]);
