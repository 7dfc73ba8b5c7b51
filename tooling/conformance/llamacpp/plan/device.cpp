// A ggml backend of devices that exist only to be planned for. They report the memory that they are told to have,
// answer with ggml-cuda's own rules (cut from the release's source, "rules.inc"), and neither allocate nor compute.
//
//   PLAN_DEVICES  bytes of each device, "25769803776,12884901888", or "total:free"
//   PLAN_CC       the compute capability, 890 by default; it picks the attention kernel

#include "ggml-backend-impl.h"
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "ggml-impl.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

// ---- what the rules expect of the rest of ggml-cuda

#define MATRIX_ROW_PADDING 512
#define FATTN_KQ_STRIDE 256
#define FLASH_ATTN_AVAILABLE
#define GGML_CUDA_USE_CUB
#define QK_K 256
#define GGML_CUDA_CC_ADA_LOVELACE 890

static constexpr int MOE_WEIGHTED_REDUCTION_MAX_EXPERTS = 15;

struct device_info {
    int cc;
    size_t smpb;
};

struct cuda_info {
    std::array<device_info, 16> devices;
};

static cuda_info & ggml_cuda_info() {
    static cuda_info info = [] {
        const char * cc = getenv("PLAN_CC");
        cuda_info made;
        made.devices.fill({ cc ? atoi(cc) : 890, 48 * 1024 });
        return made;
    }();
    return info;
}

static void ggml_cuda_set_device(int) {}
static bool turing_mma_available(int cc) { return cc >= 750; }
static bool volta_mma_available(int cc) { return cc == 700; }
static bool amd_mfma_available(int) { return false; }
static bool amd_wmma_available(int) { return false; }
static bool ggml_cuda_lightning_indexer_supported(int, const ggml_tensor *) { return true; }

static bool ggml_cuda_flash_attn_ext_mma_f16_may_use_sparse(int k, int v, int a, int b) {
    return (k == 512 && v == 512 && a == 1 && b == 8) || (k == 576 && v == 512 && a == 1 && b == 16) ||
           (k == 256 && v == 256 && (a == 1 || a == 8) && b == 8);
}

// It only chooses between two kernels that need the same memory.
static bool ggml_cuda_flash_attn_ext_mma_f16_shall_use_sparse(int, const ggml_tensor *, int, int) { return false; }

// The kernels that are compiled unless GGML_CUDA_FA_ALL_QUANTS is set.
static void * ggml_cuda_get_fattn_vec_case(int64_t, ggml_type k, ggml_type v) {
    const bool is_compiled =
        k == GGML_TYPE_F16 || k == GGML_TYPE_BF16 || k == GGML_TYPE_Q4_0 || k == GGML_TYPE_Q8_0;
    return k == v && is_compiled ? (void *) 1 : nullptr;
}

struct ggml_backend_cuda_buffer_type_context {
    int device;
    std::string name;
};

struct ggml_backend_cuda_device_context {
    int device;
    std::string name;
    std::string bus_id;
    size_t total;
    size_t free;
    int op_offload_min_batch_size;
};

struct ggml_backend_cuda_context {
    int device;
    std::string name;
};

static const char * buffer_type_name(ggml_backend_buffer_type_t type) {
    return ((ggml_backend_cuda_buffer_type_context *) type->context)->name.c_str();
}

static const char * host_buffer_type_name(ggml_backend_buffer_type_t) { return "CUDA_Host"; }

static bool ggml_backend_buft_is_cuda(ggml_backend_buffer_type_t type) {
    return type->iface.get_name == buffer_type_name;
}

static bool ggml_backend_buft_is_cuda_host(ggml_backend_buffer_type_t type) {
    return type->iface.get_name == host_buffer_type_name;
}

#include "rules.inc"

// ---- buffers: addresses that nothing touches

static void buffer_free(ggml_backend_buffer_t) {}
static void * buffer_base(ggml_backend_buffer_t) { return (void *) 0x100000000000; }
static void buffer_memset(ggml_backend_buffer_t, ggml_tensor *, uint8_t, size_t, size_t) {}
static void buffer_set(ggml_backend_buffer_t, ggml_tensor *, const void *, size_t, size_t) {}
static void buffer_get(ggml_backend_buffer_t, const ggml_tensor *, void * data, size_t, size_t size) {
    memset(data, 0, size);
}
static void buffer_clear(ggml_backend_buffer_t, uint8_t) {}

static ggml_backend_buffer_t buffer_make(ggml_backend_buffer_type_t type, size_t size) {
    ggml_backend_buffer_i made = {};
    made.free_buffer = buffer_free;
    made.get_base = buffer_base;
    made.memset_tensor = buffer_memset;
    made.set_tensor = buffer_set;
    made.get_tensor = buffer_get;
    made.clear = buffer_clear;
    return ggml_backend_buffer_init(type, made, nullptr, size);
}

static size_t buffer_alignment(ggml_backend_buffer_type_t) { return 128; }

static ggml_backend_buffer_type_t cpu_buffer_type() {
    return ggml_backend_dev_buffer_type(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU));
}

static ggml_backend_buffer_t host_buffer_make(ggml_backend_buffer_type_t type, size_t size) {
    ggml_backend_buffer_t made = ggml_backend_buft_alloc_buffer(cpu_buffer_type(), size);
    if (made) {
        made->buft = type;
    }
    return made;
}

static size_t host_buffer_alignment(ggml_backend_buffer_type_t) {
    return ggml_backend_buft_get_alignment(cpu_buffer_type());
}

static bool host_buffer_is_host(ggml_backend_buffer_type_t) { return true; }

// ---- backends

static std::vector<ggml_backend_device> devices;
static std::vector<ggml_backend_buffer_type> buffer_types;
static ggml_backend_buffer_type host_buffer_type;
static ggml_backend_reg registry;

static ggml_backend_cuda_device_context * context_of(ggml_backend_dev_t device) {
    return (ggml_backend_cuda_device_context *) device->context;
}

static const char * backend_name(ggml_backend_t backend) {
    return ((ggml_backend_cuda_context *) backend->context)->name.c_str();
}

static void backend_free(ggml_backend_t backend) {
    delete (ggml_backend_cuda_context *) backend->context;
    delete backend;
}

static void backend_synchronize(ggml_backend_t) {}
static ggml_status backend_compute(ggml_backend_t, ggml_cgraph *) { return GGML_STATUS_SUCCESS; }
static void backend_event(ggml_backend_t, ggml_backend_event_t) {}
static bool backend_copy(ggml_backend_t, ggml_backend_t, const ggml_tensor *, ggml_tensor *) { return true; }

static ggml_guid backend_guid = { 'k', 'v', ' ', 'p', 'l', 'a', 'n', ' ', 'd', 'e', 'v', 'i', 'c', 'e', 's', 0 };

static const char * device_name(ggml_backend_dev_t device) { return context_of(device)->name.c_str(); }
static const char * device_description(ggml_backend_dev_t) { return "a device to plan for"; }
static enum ggml_backend_dev_type device_type(ggml_backend_dev_t) { return GGML_BACKEND_DEVICE_TYPE_GPU; }

static void device_memory(ggml_backend_dev_t device, size_t * free, size_t * total) {
    *free = context_of(device)->free;
    *total = context_of(device)->total;
}

static void device_props(ggml_backend_dev_t device, ggml_backend_dev_props * props) {
    props->name = device_name(device);
    props->description = device_description(device);
    props->type = device_type(device);
    props->device_id = context_of(device)->bus_id.c_str();
    device_memory(device, &props->memory_free, &props->memory_total);
    props->caps = { true, true, false, true, true };
}

static ggml_backend_t device_backend(ggml_backend_dev_t device, const char *) {
    ggml_backend_i made = {};
    made.get_name = backend_name;
    made.free = backend_free;
    made.synchronize = backend_synchronize;
    made.graph_compute = backend_compute;
    made.event_record = backend_event;
    made.event_wait = backend_event;
    made.cpy_tensor_async = backend_copy;
    made.graph_optimize = ggml_backend_cuda_graph_optimize;
    auto * context = new ggml_backend_cuda_context { context_of(device)->device, context_of(device)->name };
    return new ggml_backend { &backend_guid, made, device, context };
}

static ggml_backend_buffer_type_t device_buffer_type(ggml_backend_dev_t device) {
    return &buffer_types[context_of(device)->device];
}

static ggml_backend_buffer_type_t device_host_buffer_type(ggml_backend_dev_t) { return &host_buffer_type; }

static bool device_supports_buffer_type(ggml_backend_dev_t device, ggml_backend_buffer_type_t type) {
    return ggml_backend_buft_is_cuda(type) && type->device == device;
}

static ggml_backend_event_t event_make(ggml_backend_dev_t device) {
    return new ggml_backend_event { device, nullptr };
}
static void event_free(ggml_backend_dev_t, ggml_backend_event_t event) { delete event; }
static void event_synchronize(ggml_backend_dev_t, ggml_backend_event_t) {}

// ---- registry

static const char * registry_name(ggml_backend_reg_t) { return "CUDA"; }
static size_t registry_count(ggml_backend_reg_t) { return devices.size(); }
static ggml_backend_dev_t registry_device(ggml_backend_reg_t, size_t index) { return &devices[index]; }
static void * registry_function(ggml_backend_reg_t, const char *) { return nullptr; }

static void make_devices(const char * list) {
    std::vector<std::array<size_t, 2>> memory;
    std::stringstream entries(list ? list : "");
    for (std::string entry; std::getline(entries, entry, ',');) {
        const size_t colon = entry.find(':');
        const size_t total = std::stoull(entry);
        memory.push_back({ total, colon == std::string::npos ? total : std::stoull(entry.substr(colon + 1)) });
    }
    devices.resize(memory.size());
    buffer_types.resize(memory.size());
    for (size_t i = 0; i < memory.size(); i++) {
        const std::string number = std::to_string(i);
        auto * context = new ggml_backend_cuda_device_context {
            (int) i, "CUDA" + number, "0000:0" + number + ":00.0", memory[i][0], memory[i][1], 32,
        };
        devices[i] = {
            { device_name, device_description, device_memory, device_type, device_props, device_backend,
              device_buffer_type, device_host_buffer_type, nullptr, ggml_backend_cuda_device_supports_op,
              device_supports_buffer_type, ggml_backend_cuda_device_offload_op, event_make, event_free,
              event_synchronize },
            &registry,
            context,
        };
        ggml_backend_buffer_type_i type = {};
        type.get_name = buffer_type_name;
        type.alloc_buffer = buffer_make;
        type.get_alignment = buffer_alignment;
        type.get_alloc_size = ggml_backend_cuda_buffer_type_get_alloc_size;
        auto * named = new ggml_backend_cuda_buffer_type_context { (int) i, context->name };
        buffer_types[i] = { type, &devices[i], named };
    }
    ggml_backend_buffer_type_i host = {};
    host.get_name = host_buffer_type_name;
    host.alloc_buffer = host_buffer_make;
    host.get_alignment = host_buffer_alignment;
    host.is_host = host_buffer_is_host;
    host_buffer_type = { host, devices.empty() ? nullptr : &devices[0], nullptr };
}

extern "C" __attribute__((visibility("default"))) ggml_backend_reg_t ggml_backend_init(void) {
    if (registry.api_version == 0) {
        registry = { GGML_BACKEND_API_VERSION, { registry_name, registry_count, registry_device, registry_function },
                     nullptr };
        make_devices(getenv("PLAN_DEVICES"));
    }
    return &registry;
}
