import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ggufBytes, SMALL_LLAMA } from '../../../gguf/test/write.js';
import { addressBehindPage } from '../../src/input/gguf.js';
import { kv, temporaryFolder } from '../kv.js';

const folder = temporaryFolder();

/** The small Llama as a file: 4 layers x 2 heads x (64 + 64) x 2 bytes are 2048 bytes a token. */
function small(name: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, ggufBytes(SMALL_LLAMA));
  return path;
}

describe('a .gguf file', () => {
  it('is estimated in f16, with the reason, under its own name', async () => {
    const path = small('Small-Llama-Q8_0.gguf');
    const { code, stdout, stderr } = await kv(['estimate', path, '-c', '1000']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Small-Llama-Q8_0  llama, 4 layers');
    expect(stdout).toContain("fp16 (llama.cpp's default for GGUF files)");
    expect(stdout).toContain('(2,048,000 bytes)');
  });

  it('is inspected, its weights exact', async () => {
    const { stdout } = await kv(['inspect', small('model.gguf'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      picture: '4x full',
      weights: { parameters: 512 * 3 + 512 * 512, bytes: 4 * 512 * 3 + (512 * 512 * 34) / 32 },
    });
  });

  it('is known by its first bytes, whatever its name', async () => {
    const { stdout } = await kv(['inspect', small('sha256-0123')]);
    expect(stdout).toContain('4x full');
  });

  it('is compared and plotted like any model', async () => {
    const path = small('model.gguf');
    expect(
      (await kv(['compare', path, path, '--engines', 'ideal,llama.cpp', '-c', '1000', '--csv'])).code,
    ).toBe(0);
    const out = join(folder.path, 'figure.json');
    expect((await kv(['plot', path, '--out', out])).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toContain('model');
  });

  it('is read at an address', async () => {
    const bytes = ggufBytes(SMALL_LLAMA);
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/Small.gguf?download=true`;
      const { stdout } = await kv(['inspect', url]);
      expect(stdout).toContain('Small  llama, 4 layers');
    } finally {
      server.close();
    }
  });
});

it('is read on the hub, as the token allows', async () => {
  const bytes = ggufBytes(SMALL_LLAMA);
  const asked: unknown[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push([url, headers.authorization]);
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const env = {
      HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      HF_HUB_CACHE: folder.path,
      HF_TOKEN: 'hf_secret',
    };
    const { stdout } = await kv(['inspect', 'hf:org/name/Small.gguf'], { env });
    expect(stdout).toContain('Small  llama, 4 layers');
    expect(asked).toEqual([['/org/name/resolve/main/Small.gguf', 'Bearer hf_secret']]);
  } finally {
    server.close();
  }
});

it.each([
  ['https://huggingface.co/org/name/blob/main/a.gguf', 'https://huggingface.co/org/name/resolve/main/a.gguf'],
  [
    'https://huggingface.co/org/name/resolve/main/a.gguf',
    'https://huggingface.co/org/name/resolve/main/a.gguf',
  ],
  ['https://example.org/org/name/blob/main/a.gguf', 'https://example.org/org/name/blob/main/a.gguf'],
])('the page of the hub that shows a file stands for the file: %s', (page, file) => {
  expect(addressBehindPage(page)).toBe(file);
});

describe('what is refused', () => {
  it.each([
    ['a text file', 'text.gguf', 'hello', /is no GGUF file: it starts with "hell" rather than "GGUF"/],
    ['a truncated file', 'short.gguf', ggufBytes(SMALL_LLAMA).subarray(0, 100), /it is truncated/],
    ['an encoder', 'bert.gguf', encoder(), /"bert" is an encoder/],
  ])('in one sentence, with exit code 2: %s', async (_what, name, content, message) => {
    const path = join(folder.path, name);
    writeFileSync(path, content);
    const { code, stdout, stderr } = await kv(['estimate', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toContain(path);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('a missing shard, by its name', async () => {
    const { code, stderr } = await kv(['estimate', small('m-00001-of-00002.gguf')]);
    expect(code).toBe(2);
    expect(stderr).toContain('m-00002-of-00002.gguf');
  });

  it('a folder with such a name', async () => {
    const path = join(folder.path, 'folder.gguf');
    mkdirSync(path);
    const { code, stderr } = await kv(['estimate', path]);
    expect(code).toBe(2);
    expect(stderr).toContain('config.json');
  });
});

it.skipIf(process.platform === 'win32')(
  'leaves a config that comes through a pipe to its reader',
  async () => {
    const pipe = join(folder.path, 'pipe');
    spawnSync('mkfifo', [pipe]);
    const run = kv(['inspect', pipe]);
    writeFileSync(
      pipe,
      JSON.stringify({ model_type: 'llama', num_hidden_layers: 4, hidden_size: 512, num_attention_heads: 8 }),
    );
    expect((await run).stdout).toContain('4x full');
  },
);

function encoder(): Uint8Array {
  return ggufBytes({ keys: [['general.architecture', { type: 'text', value: 'bert' }]] });
}
