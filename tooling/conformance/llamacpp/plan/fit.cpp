// What the engine's own --fit chooses for a file, as text.

#include "llama.h"

#include "fit.h"

#include <cstdio>
#include <string>
#include <vector>

// One line: the outcome (0 as it is or fitted, 1 given up, 2 an error), tokens of all sequences, layers on devices; then a
// line of the devices' shares; then one for each pattern of tensors that go elsewhere, after the type of buffer.
// n_ctx 0 leaves the context free. A server reserves scores of one token of each sequence.
extern "C" __attribute__((visibility("default"))) const char * kv_plan_fit(const char * path, unsigned n_ctx,
                                                                           unsigned n_seq_max, bool is_server,
                                                                           bool kv_unified) {
    llama_model_params model = llama_model_default_params();
    llama_context_params context = llama_context_default_params();
    context.n_ctx = n_ctx;
    context.n_batch = 2048;
    context.n_ubatch = 512;
    context.n_seq_max = n_seq_max;
    context.kv_unified = kv_unified;
    context.n_outputs_max = is_server ? n_seq_max : 0;
    std::vector<float> split(llama_max_devices(), 0.0f);
    std::vector<llama_model_tensor_buft_override> moved(llama_max_tensor_buft_overrides(), { nullptr, nullptr });
    std::vector<size_t> margins(llama_max_devices(), 1024ull * 1024 * 1024);
    const int outcome = common_fit_params(path, &model, &context, split.data(), moved.data(), margins.data(), 4096, nullptr,
                                          GGML_LOG_LEVEL_ERROR);
    static std::string text;
    text = std::to_string(outcome) + " " + std::to_string(context.n_ctx) + " " + std::to_string(model.n_gpu_layers) + "\n";
    for (const float share : split) {
        text += std::to_string((int) share) + " ";
    }
    text += "\n";
    for (const auto & one : moved) {
        if (one.pattern == nullptr) {
            break;
        }
        text += std::string(ggml_backend_buft_name(one.buft)) + " " + one.pattern + "\n";
    }
    return text.c_str();
}
