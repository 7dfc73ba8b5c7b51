import { describe, expect, it } from 'vitest';
import { type LaunchProgram, readLaunch } from '../../src/launch/index.js';

/** Reads a command given as words apart by blanks. */
function read(program: LaunchProgram, words: string, env: Record<string, string> = {}, image?: string) {
  return readLaunch({
    program,
    argv: words
      .split(' ')
      .filter((text) => text !== '')
      .map((text) => (text.startsWith('$') ? { text, unknown: [text] } : { text })),
    env: Object.fromEntries(Object.entries(env).map(([name, text]) => [name, { text }])),
    ...(image === undefined ? {} : { image }),
  });
}

describe('vllm serve', () => {
  it('reads numbers as vLLM writes them', () => {
    const context = (text: string) =>
      read('vllm', `a/b --max-model-len ${text}`).deployment.load.contextLength;
    expect([context('32k'), context('32K'), context('25.6k'), context('1m'), context('4096')]).toEqual([
      ...[32_000, 32_768, 25_600, 1_000_000, 4096],
    ]);
    expect(read('vllm', 'a/b --max-model-len -1').settings.maxModelLen).toBe(-1);
    expect(read('vllm', 'a/b --max-model-len auto').settings.maxModelLen).toBe(-1);
    expect(() => read('vllm', 'a/b --max-model-len 1.5K')).toThrow(/--max-model-len is "1.5K"/);
    expect(() => read('vllm', 'a/b --max-num-seqs 1k')).toThrow(/--max-num-seqs/);
  });

  it('takes prefixes, underscores, negations, joined values and the last of several', () => {
    const { deployment, settings } = read(
      'vllm',
      'a/b --tensor-par 2 --kv_cache_dtype=fp8 --no-enable-prefix-caching -dp=4 -O3 --block-size 16 --block-size 32',
    );
    expect(deployment).toMatchObject({
      model: { id: 'a/b' },
      parallelism: { tensorParallel: 2, dataParallel: 4 },
      load: { keyDtype: 'fp8_e4m3', valueDtype: 'fp8_e4m3' },
    });
    expect(settings).toMatchObject({ enablePrefixCaching: false, blockSize: 32, optimizationLevel: '3' });
    expect(() => read('vllm', 'a/b --max-num 3')).toThrow(/--max-num could mean --max-num/);
  });

  it('puts dotted keys into the JSON that they belong to', () => {
    const { settings } = read(
      'vllm',
      'a/b --speculative-config.method mtp --speculative_config.num_speculative_tokens=2',
    );
    expect(settings).toMatchObject({
      numSpeculativeTokens: 2,
      speculativeConfig: '{"method":"mtp","num_speculative_tokens":2}',
    });
    expect(read('vllm', 'a/b --limit-mm-per-prompt.image 1').settings.limitMmPerPrompt).toBe('{"image":1}');
  });

  it('tells apart what is modelled, not modelled, of no matter, removed and unknown', () => {
    const { words } = read(
      'vllm',
      'a/b --max-num-seqs 8 --enable-dbo --port 8000 --num-scheduler-steps 8 --max-num-sqs 3',
    );
    expect(words.slice(1).map(({ is }) => is)).toEqual([
      'modelled',
      'not-modelled',
      'no-matter',
      'removed',
      'unknown',
    ]);
    expect(words[4]?.note).toMatch(/0\.10\.0 was the last one/);
    expect(words[5]?.note).toMatch(/did you mean --max-num-seqs\?/);
  });

  it('knows the release of an image, and what it had', () => {
    const { deployment, words } = read(
      'vllm',
      '--model a/b --swap-space 4',
      {},
      'docker.io/vllm/vllm-openai:v0.10.0-x86_64',
    );
    expect(deployment.engine.release).toBe('0.10.0');
    expect(words.map(({ is }) => is)).toEqual(['modelled', 'not-modelled']);
  });

  it('asks for what a variable or a file would say', () => {
    const { deployment, missing } = read(
      'vllm',
      '$MODEL --tensor-parallel-size $TP --port $PORT --config f.yaml $MORE',
    );
    expect(deployment).toMatchObject({ model: { unknown: '$MODEL' }, parallelism: {} });
    expect(missing.map(({ give }) => give)).toEqual([
      ...[
        'the model, after vllm serve',
        '--tensor-parallel-size',
        'the arguments that it stands for',
        'the flags that stand in it',
      ],
    ]);
  });

  it('says where it is one node of several', () => {
    expect(read('vllm', 'a/b --nnodes 2').notes).toHaveLength(1);
    expect(read('vllm', 'a/b -dp 16 -dpl 8').notes[0]).toMatch(/8 of 16/);
    expect(read('vllm', 'a/b -dp 8').notes).toEqual([]);
  });

  it('never shows a secret', () => {
    const reading = read(
      'vllm',
      'a/b --api-key SECRET1 --hf-token=SECRET2 --otlp-traces-endpoint http://u:SECRET3@h hf_SECRET4abcdefghijklmnop',
      {
        HF_TOKEN: 'SECRET5',
        AWS_SECRET_ACCESS_KEY: 'SECRET6',
      },
    );
    expect(JSON.stringify(reading)).not.toMatch(/SECRET\d/);
    expect(reading.words.filter(({ secret }) => secret === true)).toHaveLength(6);
  });

  it('never shows a secret in what it asks for or sets', () => {
    const readings = [
      read('llama-server', '-mu https://u:SECRET1@h/m.gguf --mmproj http://h/p.gguf?token=SECRET2'),
      read('vllm', 'https://u:SECRET3@h/m --kv-transfer-config {"api_key":"SECRET4"}'),
      read('vllm', 'a/b --speculative-config {"model":"https://u:SECRET5@h/m","num_speculative_tokens":2}'),
    ];
    expect(JSON.stringify(readings)).not.toMatch(/SECRET\d/);
    expect(readings[2]?.settings.numSpeculativeTokens).toBe(2);
  });

  it('refuses a flag without its value', () => {
    expect(() => read('vllm', 'a/b --max-model-len')).toThrow(/--max-model-len has no value/);
    expect(() => read('vllm', 'a/b --block-size --port 1')).toThrow(/--block-size has no value/);
  });
});

describe('sglang serve', () => {
  it('reads its short names, prefixes and numbers', () => {
    const { deployment, settings } = read(
      'sglang',
      '--model a/b --tp 4 --mem-frac 0.8 --context-length 32k --dp 2 --enable-dp-attention',
    );
    expect(deployment).toMatchObject({
      model: { id: 'a/b' },
      load: { contextLength: 32_000 },
      parallelism: { tensorParallel: 4, dataParallel: 2 },
    });
    expect(settings).toMatchObject({ memFractionStatic: 0.8, enableDpAttention: true });
    expect(() => read('sglang', '--model a/b --cuda-graph-b 3')).toThrow(/could mean/);
  });

  it('takes the flag of attention groups for what it replaces', () => {
    const { deployment, settings } = read('sglang', '--model-path a/b --tp 8 --attn-dp-size 4');
    expect([deployment.parallelism.dataParallel, settings.enableDpAttention]).toEqual([4, true]);
  });
});

describe('llama-server', () => {
  it('shares its context among its slots', () => {
    expect(read('llama-server', '-hf a/b -c 32768 -np 4').deployment.load).toEqual({
      contextLength: 8192,
      numSequences: 4,
    });
    expect(read('llama-server', '-hf a/b -c 0').deployment.load).toEqual({});
    expect(read('llama-server', '-hf a/b -n 100 -b 512').settings).toEqual({ batchSize: 512 });
  });

  it('reads variables, which flags override', () => {
    const { settings } = read('llama-server', '-hf a/b -c 4096', {
      LLAMA_ARG_CTX_SIZE: '8192',
      LLAMA_ARG_NO_KV_OFFLOAD: '1',
      LLAMA_ARG_FLASH_ATTN: '1',
    });
    expect(settings).toMatchObject({ ctxSize: 4096, kvOffload: false, flashAttn: 'on' });
  });

  it('reads flash attention as older and newer builds do', () => {
    expect(read('llama-server', '-m x.gguf -fa -ngl 99').settings).toMatchObject({
      flashAttn: 'on',
      gpuLayers: '99',
    });
    expect(read('llama-server', '-m x.gguf -fa off').settings.flashAttn).toBe('off');
    expect(read('llama-server', '-m x.gguf -fa').notes).toHaveLength(1);
  });

  it('counts each -ot, the last of others, and exact names only', () => {
    const { settings, words } = read(
      'llama-server',
      '-m x.gguf -ot a=CPU -ot b=CPU -ub 1 -ub 2 --ctx_size 64 --ctx 3 --ubatch-size=4',
    );
    expect(settings).toMatchObject({ overrideTensor: 'a=CPU,b=CPU', ubatchSize: 2, ctxSize: 64 });
    expect(words.filter(({ is }) => is === 'unknown').map(({ flag }) => flag)).toEqual([
      '--ctx',
      '--ubatch-size',
    ]);
  });

  it('splits layers over the devices that it sees', () => {
    expect(read('llama-server', '-m x.gguf', { CUDA_VISIBLE_DEVICES: '0,1' }).deployment).toMatchObject({
      devices: [{ count: 2 }],
      parallelism: { pipelineParallel: 2 },
    });
    expect(read('llama-server', '-m x.gguf -sm row -ts 1,1').deployment.parallelism).toEqual({});
  });
});

describe('llama-bench and ollama', () => {
  it('need room for the longest test', () => {
    const { load } = read('llama-bench', '-m x.gguf -p 512,4096 -n 128 -d 8192 -ctk q8_0').deployment;
    expect(load).toMatchObject({ contextLength: 12_288, numSequences: 1, keyDtype: 'q8_0' });
  });

  it('give each request of Ollama its own context', () => {
    const { deployment, settings } = read('ollama', 'run llama3.2:3b', {
      OLLAMA_CONTEXT_LENGTH: '8192',
      OLLAMA_NUM_PARALLEL: '2',
      OLLAMA_KV_CACHE_TYPE: 'q8_0',
    });
    expect(deployment).toMatchObject({
      model: { id: 'llama3.2:3b' },
      load: { contextLength: 8192, numSequences: 2, keyDtype: 'q8_0' },
    });
    expect(settings.ctxSize).toBe(16_384);
  });
});
