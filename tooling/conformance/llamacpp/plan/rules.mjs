import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What decides buffer sizes in ggml-cuda (which operations a device runs, what they allocate beside their result, what is
 * kept for fused kernels), not the kernels: a declaration's first words, and what ends it. One that a release lacks is
 * left out, and the compiler tells if it is needed.
 */
const FUNCTION = '\n}\n';
const TYPE = '\n};\n';
const CUTS = [
  ['topk-moe.cuh', 'struct ggml_cuda_topk_moe_args', TYPE],
  ['fattn-common.cuh', 'struct ggml_cuda_flash_attn_ext_f16_extra_data', TYPE],
  ['fattn-common.cuh', 'static inline ggml_cuda_flash_attn_ext_f16_extra_data', FUNCTION],
  ['fattn.cu', 'enum best_fattn_kernel', TYPE],
  ['fattn.cu', 'static bool ggml_cuda_fattn_kv_type_supported', FUNCTION],
  ['fattn.cu', 'static best_fattn_kernel ggml_cuda_get_best_fattn_kernel', FUNCTION],
  ['fattn.cu', 'size_t ggml_cuda_flash_attn_ext_get_alloc_size', FUNCTION],
  ['fattn.cu', 'bool ggml_cuda_flash_attn_ext_supported', FUNCTION],
  ['ggml-cuda.cu', 'static size_t ggml_backend_cuda_buffer_type_get_alloc_size', FUNCTION],
  ['topk-moe.cu', 'bool ggml_cuda_should_use_topk_moe', FUNCTION],
  ['ggml-cuda.cu', 'static bool ggml_cuda_topk_moe_fusion(', FUNCTION],
  ['ggml-cuda.cu', 'struct ggml_cuda_moe_weighted_reduction_match', TYPE],
  ['ggml-cuda.cu', 'static bool ggml_cuda_match_moe_weighted_reduction(', FUNCTION],
  ['ggml-cuda.cu', 'static void ggml_backend_cuda_graph_optimize(', '#ifdef USE_CUDA_GRAPH'],
  ['ggml-cuda.cu', 'static bool ggml_backend_cuda_device_supports_op(', FUNCTION],
  ['ggml-cuda.cu', 'static int64_t get_op_batch_size(', FUNCTION],
  ['ggml-cuda.cu', 'static bool ggml_backend_cuda_device_offload_op(', FUNCTION],
];

/** The text of those declarations in the engine's source. */
export function rulesOf(source) {
  return CUTS.map(([file, start, end]) => {
    const text = readFileSync(join(source, 'ggml/src/ggml-cuda', file), 'utf8');
    const from = text.indexOf(start);
    if (from < 0) return `// not in this release: ${start}\n`;
    const to = text.indexOf(end, from);
    // What follows the last cut's end only concerns recorded graphs.
    return end.startsWith('#')
      ? `${text.slice(from, to)}GGML_UNUSED(cuda_ctx);\n}\n`
      : text.slice(from, to + end.length);
  }).join('\n');
}
