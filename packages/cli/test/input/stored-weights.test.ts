import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changedConfig } from '../configs.js';
import { kv, temporaryFolder } from '../kv.js';
import { cutShort, endless, file, hubServer, ranged, redirect, resets, says } from './hub-server.js';

/** A config whose family has no formula of its weights, so that only their files tell. */
const CONFIG = changedConfig('meta-llama/Llama-3.1-8B', {
  model_type: 'unheard_of',
  architectures: ['UnheardOfForCausalLM'],
});
const AT = '/org/model/resolve/main';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const INDEX = JSON.stringify({ metadata: { total_size: 15e9 }, weight_map: { t: 'model-1.safetensors' } });

const server = hubServer();
const folder = temporaryFolder();

/** A file as safetensors writes it, as far as its header. */
function safetensors(header: object | string, length?: bigint): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([head, text]);
}

const HEADER = {
  __metadata__: { format: 'pt' },
  t: { dtype: 'BF16', shape: [500_000, 1000], data_offsets: [0, 1e9] },
};

interface Fitted {
  readonly weights: { readonly bytes: number; readonly parameters?: number; readonly source: string };
  readonly warnings: readonly string[];
}

async function run(argument: string, env: Record<string, string> = {}, flags: readonly string[] = []) {
  return kv(['fit', argument, '--gpu', 'h100', '-c', '1k', '--json', ...flags], {
    env: { HF_ENDPOINT: server.url, HF_HOME: folder.path, ...env },
  });
}

async function fitted(argument = 'hf:org/model', env?: Record<string, string>): Promise<Fitted> {
  const { code, stdout, stderr } = await run(argument, env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Fitted;
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const paths = () => server.requests.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));

describe('the weights of a model on the hub', () => {
  it('are what its index says', async () => {
    server.at(`${AT}/config.json`, file(CONFIG));
    server.at(`${AT}/model.safetensors.index.json`, file(INDEX));
    expect((await fitted()).weights).toEqual({ bytes: 15e9, source: 'model.safetensors.index.json' });
    expect(paths()).toEqual(['config.json', 'hf_quant_config.json', 'model.safetensors.index.json']);
  });

  it.each([says(404, 'EntryNotFound'), says(404), says(401), says(403)])(
    'are in the header of a single file where there is no index (%#)',
    async (absent) => {
      server.at(`${AT}/config.json`, file(CONFIG));
      server.at(`${AT}/model.safetensors.index.json`, absent);
      server.at(`${AT}/model.safetensors`, redirect('/elsewhere'));
      server.at('/elsewhere', ranged(safetensors(HEADER), 1e9));
      expect((await fitted()).weights).toEqual({ bytes: 1e9, parameters: 5e8, source: 'model.safetensors' });
    },
  );

  it('are read in one more part where the header is long', async () => {
    const names = Array.from({ length: 5000 }, (_, index) => [
      `model.layers.${index}.weight`,
      { dtype: 'F8_E4M3', shape: [1000], data_offsets: [1000 * index, 1000 * (index + 1)] },
    ]);
    server.at(`${AT}/config.json`, file(CONFIG));
    server.at(`${AT}/model.safetensors`, ranged(safetensors(Object.fromEntries(names) as object), 1e9));
    expect((await fitted()).weights).toMatchObject({ bytes: 5e6, parameters: 5e6 });
    expect(paths().filter((path) => path === 'model.safetensors')).toHaveLength(2);
  });

  it('are not asked for where they do not matter', async () => {
    server.at(`${AT}/config.json`, file(CONFIG));
    const env = { HF_ENDPOINT: server.url, HF_HOME: folder.path };
    await kv(['estimate', 'hf:org/model'], { env });
    await run('hf:org/model', {}, ['--weights', '15GB']);
    expect(paths()).toEqual(['config.json', 'hf_quant_config.json', 'config.json', 'hf_quant_config.json']);
  });

  it('are asked of the user where nothing tells them', async () => {
    server.at(`${AT}/config.json`, file(CONFIG));
    const { code, stderr } = await run('hf:org/model');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--weights 16GB') });
  });

  it.each([
    ['no JSON', file(INDEX.slice(0, 20)), /index\.json: This is not valid JSON/],
    ['without a size', file('{}'), /index\.json: /],
    ['endless', endless, /is larger than 128 MiB, so it is not a safetensors index/],
  ])('come from the formula, with a warning, where the index is %s', async (_what, answer, message) => {
    server.at(`${AT}/config.json`, file(changedConfig('meta-llama/Llama-3.1-8B', {})));
    server.at(`${AT}/model.safetensors.index.json`, answer);
    const { weights, warnings } = await fitted();
    expect(weights).toMatchObject({ bytes: 16_060_522_496, source: expect.stringContaining('formula') });
    expect(warnings).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    ['is said to be 2^60 bytes', ranged(safetensors('', 2n ** 60n), 1e9), /a header of 1152921504606846976/],
    ['is said to be 2^64 - 1 bytes', ranged(safetensors('', 2n ** 64n - 1n), 1e9), /no safetensors file has/],
    ['goes beyond the file', ranged(safetensors('{', 99_000_000n), 9), /ends within its header/],
    ['is missing', ranged(Buffer.from('1234'), 4), /ends within its header/],
    ['is no JSON', ranged(safetensors('{]'), 1e9), /This is not valid JSON/],
    ['is in a file that is not given in parts', file('x'.repeat(200_000)), /does not answer range requests/],
    ['is in a file without end', endless, /does not answer range requests/],
  ])('come from the formula, with a warning, where the header %s', async (_what, answer, message) => {
    server.at(`${AT}/config.json`, file(changedConfig('meta-llama/Llama-3.1-8B', {})));
    server.at(`${AT}/model.safetensors`, answer);
    const { weights, warnings } = await fitted();
    expect(weights.bytes).toBe(16_060_522_496);
    expect(warnings).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    ['is cut short', cutShort(INDEX), /was cut short/],
    ['is reset', resets, /cannot be reached/],
  ])('end with exit code 3 where the index %s', async (_what, answer, message) => {
    server.at(`${AT}/config.json`, file(CONFIG));
    server.at(`${AT}/model.safetensors.index.json`, answer);
    const { code, stdout, stderr } = await run('hf:org/model');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('the weights of a snapshot in the local cache', () => {
  const repository = () => join(folder.path, 'hub', 'models--org--model');
  const cache = (name: string, content: string | Buffer) => {
    write(join(repository(), 'refs', 'main'), COMMIT);
    write(join(repository(), 'snapshots', COMMIT, name), content);
  };

  it.each([
    ['model.safetensors.index.json', INDEX, 15e9],
    ['model.safetensors', safetensors(HEADER), 1e9],
  ])('are in its %s, without a request', async (name, content, bytes) => {
    cache('config.json', CONFIG);
    cache(name, content);
    expect((await fitted()).weights).toMatchObject({ bytes });
    expect((await fitted(undefined, { HF_HUB_OFFLINE: '1' })).weights).toMatchObject({ bytes });
    expect(server.requests).toEqual([]);
  });

  it('are asked of the hub, of the same commit, where it has none of these', async () => {
    cache('config.json', CONFIG);
    server.at(`/org/model/resolve/${COMMIT}/model.safetensors.index.json`, file(INDEX));
    expect((await fitted()).weights).toMatchObject({ bytes: 15e9 });
    expect(server.requests).toHaveLength(1);
  });

  it('are not asked for offline', async () => {
    cache('config.json', CONFIG);
    expect((await run('hf:org/model', { HF_HUB_OFFLINE: '1' })).code).toBe(2);
    expect(server.requests).toEqual([]);
  });
});

describe('the weights of a folder', () => {
  it('are in the header of its single safetensors file', async () => {
    write(join(folder.path, 'config.json'), CONFIG);
    write(join(folder.path, 'model.safetensors'), safetensors(HEADER));
    expect((await fitted(folder.path)).weights).toMatchObject({ bytes: 1e9, parameters: 5e8 });
  });

  it('are not known, with a warning, where that file is broken', async () => {
    write(join(folder.path, 'config.json'), changedConfig('meta-llama/Llama-3.1-8B', {}));
    write(join(folder.path, 'model.safetensors'), safetensors(HEADER).subarray(0, 40));
    expect((await fitted(folder.path)).warnings).toEqual([
      `Nothing is known of how the weights are stored: ${join(folder.path, 'model.safetensors')} ends within its header; it is truncated.`,
    ]);
  });
});

describe('hf_quant_config.json', () => {
  it('says on the hub, too, how keys and values are stored', async () => {
    server.at(`${AT}/config.json`, file(CONFIG));
    server.at(
      `${AT}/hf_quant_config.json`,
      file('{"quantization": {"quant_algo": "FP8", "kv_cache_quant_algo": "FP8"}}'),
    );
    const { stdout } = await kv(['estimate', 'hf:org/model', '--json'], {
      env: { HF_ENDPOINT: server.url, HF_HOME: folder.path },
    });
    expect(JSON.parse(stdout)).toMatchObject({ workload: { keyDtype: 'fp8_e4m3' } });
  });

  it('is not asked for where the config states its quantization', async () => {
    const quantization = { quant_method: 'fp8' };
    server.at(
      `${AT}/config.json`,
      file(changedConfig('meta-llama/Llama-3.1-8B', { quantization_config: quantization })),
    );
    await kv(['estimate', 'hf:org/model'], { env: { HF_ENDPOINT: server.url, HF_HOME: folder.path } });
    expect(paths()).toEqual(['config.json']);
  });
});
