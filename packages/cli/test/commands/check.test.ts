import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kv, temporaryFolder } from '../kv.js';

// llm-d-incubation/llm-d-planner@d3121e059da8, accuracy/results/v0.19.0: CodeLlama-7B on one H100, its own figures.
const LOG = `
INFO 11-20 10:00:01 [api_server.py:1810] vLLM API server version 0.19.0
INFO 11-20 10:00:01 [utils.py:325] non-default args: {'model_tag': 'codellama/CodeLlama-7b-hf', 'max_model_len': 8192, 'gpu_memory_utilization': 0.95, 'enable_prefix_caching': False}
(EngineCore_DP0 pid=222) INFO 11-20 10:01:00 [gpu_model_runner.py:3000] Model loading took 12.56 GiB memory and 20.5 seconds
(EngineCore_DP0 pid=222) INFO 11-20 10:01:30 [gpu_worker.py:300] Available KV cache memory: 61.66 GiB
(EngineCore_DP0 pid=222) INFO 11-20 10:01:31 [kv_cache_utils.py:1087] GPU KV cache size: 126,256 tokens
(EngineCore_DP0 pid=222) INFO 11-20 10:01:31 [kv_cache_utils.py:1091] Maximum concurrency for 8,192 tokens per request: 15.41x
`;

interface Checked {
  readonly engineVersion: string;
  readonly lines: readonly { readonly quantity: string; readonly verdict: string }[];
}

const verdicts = ({ lines }: Checked) =>
  Object.fromEntries(lines.map(({ quantity, verdict }) => [quantity, verdict]));

describe('kv check', () => {
  const folder = temporaryFolder();

  it('puts beside each figure of a log what kv says of it', async () => {
    const { code, stdout } = await kv(['check', '-', '--gpu', 'h100', '--json'], { stdin: LOG });
    expect(code).toBe(0);
    const found = JSON.parse(stdout) as Checked;
    expect(found.engineVersion).toBe('0.19.0');
    expect(verdicts(found)).toEqual({
      loadedWeights: 'within',
      availableKvCacheMemory: 'within',
      kvCacheTokens: 'equal',
      maxModelLen: 'equal',
      maxConcurrency: 'equal',
    });
  });

  it('reads a file, for people', async () => {
    const path = `${folder.path}/vllm.log`;
    writeFileSync(path, LOG);
    const { code, stdout } = await kv(['check', path]);
    expect(code).toBe(0);
    expect(stdout).toContain('codellama/CodeLlama-7b-hf on vllm 0.19.0');
    expect(stdout).toMatch(/kv cache tokens +126,256 +126,256 to 126,288 +equal/);
  });

  it('ends with 4 where a figure that follows from the log is another', async () => {
    const { code, stdout } = await kv(['check', '-'], { stdin: LOG.replace('126,256', '136,256') });
    expect(code).toBe(4);
    expect(stdout).toMatch(/kv cache tokens +136,256 .*differs/);
  });

  it('says what is missing where the model is not known', async () => {
    const { code, stdout } = await kv(['check', '-'], {
      stdin: LOG.replace('codellama/CodeLlama', '/models/x'),
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning .*neither a file or folder nor a model/);
  });

  it('says what a command will log', async () => {
    const { code, stdout } = await kv([
      'check',
      'vllm serve codellama/CodeLlama-7b-hf --max-model-len 8192 --kv-cache-memory-bytes 66206920867',
      ...['--gpu', 'h100'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('GPU KV cache size: 126,2');
  });

  it.each([
    [['check', 'no-such.log'], /There is no file "no-such\.log", and it is no launch command/],
    [['check', '-'], /standard input has no line that vLLM, SGLang or llama\.cpp prints/],
  ])('refuses %j with one sentence', async (args, message) => {
    const { code, stdout, stderr } = await kv(args, { stdin: 'nothing of the kind' });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^kv: [^\n]+\n$/);
    expect(stderr).toMatch(message);
  });
});
