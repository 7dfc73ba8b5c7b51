import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';

/**
 * The C API of llama.cpp as the npm package `node-llama-cpp` ships it, so that every parameter of a context can be set:
 * the package's own binding has none for `n_ubatch` and `kv_unified`. A model is made from metadata alone, without tensors.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `include/llama.h`, `ggml/include/gguf.h` and `ggml/include/ggml-backend.h`.
 */

export const PACKAGE = realpathSync(fileURLToPath(new URL('node_modules/node-llama-cpp', import.meta.url)));

/** The release of llama.cpp that the package ships. */
export const { release: VERSION } = JSON.parse(
  readFileSync(join(PACKAGE, 'llama/binariesGithubRelease.json'), 'utf8'),
);

const SYSTEM = `${platform === 'win32' ? 'win' : platform === 'darwin' ? 'mac' : 'linux'}-${arch}`;
export const BINARIES = join(dirname(PACKAGE), '@node-llama-cpp', SYSTEM, 'bins', SYSTEM);

const Pointer = 'void *';
const LogCallback = koffi.proto('void LogCallback(int level, const char *text, void *user)');
const ModelParams = koffi.struct('llama_model_params', {
  devices: Pointer,
  tensor_buft_overrides: Pointer,
  n_gpu_layers: 'int32_t',
  split_mode: 'int',
  load_mode: 'int',
  lazy_mode: 'int',
  main_gpu: 'int32_t',
  tensor_split: Pointer,
  progress_callback: Pointer,
  progress_callback_user_data: Pointer,
  kv_overrides: Pointer,
  vocab_only: 'bool',
  check_tensors: 'bool',
  use_extra_bufts: 'bool',
  no_host: 'bool',
  no_alloc: 'bool',
  load_mtp: 'bool',
});
const Override = koffi.struct('llama_model_tensor_buft_override', { pattern: 'str', buft: Pointer });
/** `GGML_BACKEND_DEVICE_TYPE_CPU`. */
const CPU = 0;
const GgufParams = koffi.struct('gguf_init_params', { no_alloc: 'bool', ctx: Pointer });
const ContextParams = koffi.struct('llama_context_params', {
  n_ctx: 'uint32_t',
  n_batch: 'uint32_t',
  n_ubatch: 'uint32_t',
  n_seq_max: 'uint32_t',
  n_rs_seq: 'uint32_t',
  n_outputs_max: 'uint32_t',
  n_outputs_max_per_seq: 'uint32_t',
  n_threads: 'int32_t',
  n_threads_batch: 'int32_t',
  ctx_type: 'int',
  rope_scaling_type: 'int',
  pooling_type: 'int',
  attention_type: 'int',
  flash_attn_type: 'int',
  rope_freq_base: 'float',
  rope_freq_scale: 'float',
  yarn_ext_factor: 'float',
  yarn_attn_factor: 'float',
  yarn_beta_fast: 'float',
  yarn_beta_slow: 'float',
  yarn_orig_ctx: 'uint32_t',
  defrag_thold: 'float',
  cb_eval: Pointer,
  cb_eval_user_data: Pointer,
  type_k: 'int',
  type_v: 'int',
  abort_callback: Pointer,
  abort_callback_data: Pointer,
  embeddings: 'bool',
  offload_kqv: 'bool',
  no_perf: 'bool',
  op_offload: 'bool',
  swa_full: 'bool',
  kv_unified: 'bool',
  samplers: Pointer,
  n_samplers: 'size_t',
  ctx_other: Pointer,
});

/**
 * Loads the library.
 *
 * @param log takes each line that the engine logs, while it works.
 * @param backend a library of devices to load before the model is made, where there are any beside the host.
 */
export function loadLibrary(log, backend) {
  const open = (name) => {
    const file = readdirSync(BINARIES).find((one) => one.startsWith(name) && /\.(so|dylib|dll)$/.test(one));
    return koffi.load(join(BINARIES, file), { global: true });
  };
  const base = open('libggml-base');
  const ggml = open('libggml.');
  const llama = open('libllama.');
  ggml.func('void ggml_backend_load_all_from_path(const char *path)')(BINARIES);
  if (backend !== undefined) ggml.func('void *ggml_backend_load(const char *path)')(backend);

  let line = '';
  const take = koffi.register((_level, text) => {
    const lines = `${line}${text}`.split('\n');
    line = lines.pop();
    lines.forEach(log);
  }, koffi.pointer(LogCallback));
  llama.func('llama_log_set', 'void', [koffi.pointer(LogCallback), Pointer])(take, null);

  const modelDefaults = llama.func('llama_model_default_params', ModelParams, []);
  const contextDefaults = llama.func('llama_context_default_params', ContextParams, []);
  const readMetadata = base.func('gguf_init_from_file', Pointer, ['str', GgufParams]);
  const initModel = llama.func('llama_model_init_from_user', Pointer, [
    Pointer,
    Pointer,
    Pointer,
    ModelParams,
  ]);
  const makeContext = llama.func('llama_init_from_model', Pointer, [Pointer, ContextParams]);
  const free = llama.func('llama_free', 'void', [Pointer]);
  const deviceAt = ggml.func('ggml_backend_dev_get', Pointer, ['size_t']);
  const deviceOfType = ggml.func('ggml_backend_dev_by_type', Pointer, ['int']);
  const bufferTypeOf = ggml.func('ggml_backend_dev_buffer_type', Pointer, [Pointer]);
  const maxDevices = llama.func('size_t llama_max_devices()');
  /** Shares of the devices and tensors that go elsewhere, as the pointers that the engine takes. */
  const placed = ({ tensorSplit, overrides = [], ...params }) => ({
    ...params,
    ...(tensorSplit !== undefined && {
      tensor_split: koffi.as(
        Float32Array.from({ length: Number(maxDevices()) }, (_, device) => tensorSplit[device] ?? 0),
        'float *',
      ),
    }),
    ...(overrides.length > 0 && {
      tensor_buft_overrides: koffi.as(
        [
          ...overrides.map(({ pattern, backend }) => ({
            pattern,
            buft: bufferTypeOf(backend === 'host' ? deviceOfType(CPU) : deviceAt(backend)),
          })),
          { pattern: null, buft: null },
        ],
        koffi.pointer(Override),
      ),
    }),
  });
  return {
    /** The model that the metadata of a GGUF file describes, its tensors without memory; null where there is none. */
    modelOf: (path, params = { n_gpu_layers: 0 }) =>
      initModel(readMetadata(path, { no_alloc: true, ctx: null }), null, null, {
        ...modelDefaults(),
        ...placed(params),
        no_alloc: true,
      }),
    /** Makes a context, looks at it and frees it; whether it could be made. */
    tryContext: (model, params, look = () => {}) => {
      const context = makeContext(model, {
        ...contextDefaults(),
        n_threads: 1,
        n_threads_batch: 1,
        ...params,
      });
      if (context === null) return false;
      look(context);
      free(context);
      return true;
    },
  };
}

/** The engine's account of a context's memory, by type of buffer, through the library of `plan/breakdown.cpp`. */
export function breakdownOf(path, context) {
  const text = koffi.load(path).func('kv_plan_breakdown', 'str', [Pointer])(context);
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name, isHost, ...sizes] = line.split(' ');
      const [model, cache, compute] = sizes.map(Number);
      return { name, isHost: isHost === '1', model, cache, compute };
    });
}

/** What the engine's `--fit` chooses for a file, through the library of `plan/fit.cpp`. */
export function planFit(library, path, { ctxSize, numSequences, isServer, kvUnified }) {
  const ask = koffi.load(library).func('kv_plan_fit', 'str', ['str', 'uint', 'uint', 'bool', 'bool']);
  const [head, shares, ...moved] = ask(path, ctxSize, numSequences, isServer, kvUnified).trim().split('\n');
  const [outcome, size, layers] = head.split(' ').map(Number);
  return {
    outcome,
    ctxSize: size,
    gpuLayers: layers,
    tensorSplit: (shares ?? '').trim().split(' ').map(Number),
    overrides: moved.map((line) => {
      const [, name, pattern] = /^(\S+) (.*)$/.exec(line);
      return { pattern, backend: name === 'CPU' ? 'host' : Number(name.replace('CUDA', '')) };
    }),
  };
}
