// The engine's own account of a context's memory as text, since its function gives a C++ map.

#include "llama.h"

#include "../src/llama-ext.h"

#include <cstdio>
#include <string>

// One line for each type of buffer: its name, whether it is the host's, bytes of weights, cache and computation.
extern "C" __attribute__((visibility("default"))) const char * kv_plan_breakdown(const llama_context * context) {
    static std::string text;
    text.clear();
    for (const auto & [type, sizes] : llama_get_memory_breakdown(context)) {
        char line[256];
        snprintf(line, sizeof(line), "%s %d %zu %zu %zu\n", ggml_backend_buft_name(type),
                 (int) ggml_backend_buft_is_host(type), sizes.model, sizes.context, sizes.compute);
        text += line;
    }
    return text.c_str();
}
