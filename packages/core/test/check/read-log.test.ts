import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LogReading, logReader, readLog } from '../../src/check/index.js';

const VLLM = `
\u001b[0;36m(APIServer pid=101)\u001b[0;0m INFO 11-20 10:00:01 [api_server.py:1810] vLLM API server version 0.19.0
(APIServer pid=101) INFO 11-20 10:00:01 [utils.py:325] non-default args: {'model_tag': 'Qwen/Qwen3-32B', 'model': 'Qwen/Qwen3-32B', 'max_model_len': 65536, 'tensor_parallel_size': 2, 'kv_cache_dtype': 'fp8', 'enable_prefix_caching': False, 'compilation_config': {'cudagraph_mode': None}}
(EngineCore_DP0 pid=222) INFO 11-20 10:00:09 [core.py:93] Initializing a V1 LLM engine (v0.19.0) with config: model='Qwen/Qwen3-32B', speculative_config=None, dtype=torch.bfloat16, max_seq_len=65536, tensor_parallel_size=2, kv_cache_dtype=fp8
(Worker_TP0 pid=301) INFO 11-20 10:01:00 [gpu_model_runner.py:3000] Model loading took 30.59 GiB memory and 20.5 seconds
(Worker_TP1 pid=302) INFO 11-20 10:01:00 [gpu_model_runner.py:3000] Model loading took 30.59 GiB memory and 20.5 seconds
(Worker_TP0 pid=301) INFO 11-20 10:01:30 [gpu_worker.py:300] Available KV cache memory: 38.12 GiB
(EngineCore_DP0 pid=222) INFO 11-20 10:01:31 [kv_cache_utils.py:1087] GPU KV cache size: 624,512 tokens
(EngineCore_DP0 pid=222) INFO 11-20 10:01:31 [kv_cache_utils.py:1091] Maximum concurrency for 65,536 tokens per request: 9.53x
`;

const SGLANG = `
[2026-03-08 12:29:00] server_args=ServerArgs(model_path='Qwen/Qwen2.5-32B', tp_size=4, mem_fraction_static=0.85, lora_paths=None, level=<Level.INFO: 20>, buckets=[1, 2])
[2026-03-08 12:29:21 TP1] Load weight end. type=Qwen2ForCausalLM, dtype=torch.bfloat16, avail mem=6.09 GB, mem usage=15.54 GB.
[2026-03-08 12:29:21 TP1] KV Cache is allocated. #tokens: 46611, K size: 1.42 GB, V size: 1.42 GB
[2026-03-08 12:29:30 TP0] max_total_num_tokens=46611, chunked_prefill_size=2048, max_prefill_tokens=16384, max_running_requests=2048, context_len=32768, available_gpu_mem=1.40 GB
`;

const LLAMACPP = `
ggml_cuda_init: found 1 CUDA devices:
  Device 0: NVIDIA GeForce RTX 4090, compute capability 8.9, VMM: yes
print_info: general.name     = Llama 3.1 8B
load_tensors: offloaded 33/33 layers to GPU
load_tensors:        CUDA0 model buffer size =  4403.49 MiB
llama_context: n_ctx         = 32768
llama_kv_cache:      CUDA0 KV buffer size =  4096.00 MiB
llama_kv_cache: size = 4096.00 MiB ( 32768 cells,  32 layers,  1/1 seqs), K (f16): 2048.00 MiB, V (f16): 2048.00 MiB
llama_context:      CUDA0 compute buffer size =   258.50 MiB
llama_context:  CUDA_Host  output buffer size =     0.49 MiB
`;

function figures({ lines }: LogReading): Readonly<Record<string, number>> {
  return Object.fromEntries(lines.map(({ quantity, value }) => [quantity, value]));
}

describe('a log of vLLM', () => {
  const reading = readLog(VLLM);

  it('says which release ran which model with which arguments', () => {
    expect(reading).toMatchObject({
      engine: 'vllm',
      release: '0.19.0',
      model: 'Qwen/Qwen3-32B',
      arguments: { max_model_len: 65_536, tensor_parallel_size: 2, enable_prefix_caching: false },
    });
  });

  it('gives its figures in bytes and tokens, with what the last digit stands for', () => {
    expect(figures(reading)).toEqual({
      loadedWeights: 30.59 * 2 ** 30,
      availableKvCacheMemory: 38.12 * 2 ** 30,
      kvCacheTokens: 624_512,
      maxModelLen: 65_536,
      maxConcurrency: 9.53,
    });
    expect(reading.lines.find(({ quantity }) => quantity === 'availableKvCacheMemory')).toEqual({
      text: 'Available KV cache memory: 38.12 GiB',
      quantity: 'availableKvCacheMemory',
      rank: 'TP0',
      value: 38.12 * 2 ** 30,
      roundedTo: 2 ** 30 / 100,
    });
  });

  it('says why it did not start', () => {
    const { failures } = readLog(
      'ValueError: To serve at least one request with the models max seq len (131072), (16.00 GiB KV cache is needed, which is larger than the available KV cache memory (9.87 GiB).',
    );
    expect(failures.map(({ meaning }) => meaning)).toEqual([
      'the cache of one request of the longest context does not fit',
    ]);
  });
});

it('a log of SGLang is read rank by rank', () => {
  const reading = readLog(SGLANG);
  expect(reading).toMatchObject({
    engine: 'sglang',
    model: 'Qwen/Qwen2.5-32B',
    architecture: 'Qwen2ForCausalLM',
    arguments: { tp_size: 4, mem_fraction_static: 0.85, lora_paths: null, buckets: [1, 2] },
  });
  expect(figures(reading)).toMatchObject({
    poolTokens: 46_611,
    maxRunningRequests: 2048,
    contextLength: 32_768,
  });
  expect(reading.lines.find(({ quantity }) => quantity === 'keyBytes')?.rank).toBe('TP1');
});

it('a log of llama.cpp names the device of each buffer', () => {
  const reading = readLog(LLAMACPP);
  expect(reading).toMatchObject({
    engine: 'llama.cpp',
    model: 'Llama 3.1 8B',
    devices: [{ name: 'NVIDIA GeForce RTX 4090', computeCapability: '8.9' }],
  });
  expect(reading.lines.find(({ quantity }) => quantity === 'computeBuffer')).toMatchObject({
    where: 'CUDA0',
    value: 258.5 * 2 ** 20,
  });
  expect(figures(reading)).toMatchObject({ cells: 32_768, ctxSize: 32_768, cacheBytes: 2 ** 32 });
});

describe('a log', () => {
  const logs = [VLLM, SGLANG, LLAMACPP];

  it('says the same in whatever pieces it comes, after whatever prefix each line has', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...logs),
        fc.array(fc.nat(3000), { maxLength: 20 }),
        fc.constantFrom('', 'engine-1  | ', '2026-11-20T10:00:00.123456789Z ', '\u001b[32m'),
        fc.constantFrom('\n', '\r\n'),
        (log, cuts, prefix, newline) => {
          const text = log
            .split('\n')
            .map((line) => (line === '' ? line : prefix + line))
            .join(newline);
          const places = [0, ...cuts.toSorted((one, other) => one - other), text.length];
          const reader = logReader();
          places.slice(1).forEach((end, index) => {
            reader.write(text.slice(places[index], end));
          });
          expect(reader.end()).toEqual(readLog(log));
        },
      ),
    );
  });

  it('of nothing that is known says nothing, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const { engine, lines } = readLog(text);
        expect(engine === undefined ? lines : []).toEqual([]);
      }),
    );
  });

  it('may have lines without end between those that are known', () => {
    const reading = readLog(`${'x'.repeat(300_000)}\nAvailable KV cache memory: 1.00 GiB`);
    expect(reading.lines.map(({ value }) => value)).toEqual([2 ** 30]);
  });
});
