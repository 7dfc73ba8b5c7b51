import { EventEmitter } from 'node:events';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { describe, expect, it } from 'vitest';
import { ggufBytes, SMALL_LLAMA } from '../../../gguf/test/write.js';
import { changedConfig } from '../configs.js';
import { KV, kv, type Run, temporaryFolder } from '../kv.js';
import {
  closedOrigin,
  cutShort,
  endless,
  file,
  hubServer,
  ranged,
  redirect,
  resets,
  resumable,
  says,
  stalls,
  stallsInBody,
} from './hub-server.js';

const CONFIG = changedConfig('meta-llama/Llama-3.1-8B', {});
const PATH = '/org/model/resolve/main/config.json';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const TOKEN = 'hf_secretSecretSecret';

const server = hubServer();
const other = hubServer();
const home = temporaryFolder();

/** What was asked for beside the file that says whether a config without a quantization has one after all. */
function requests() {
  return server.requests.filter(({ path }) => !path.endsWith('/hf_quant_config.json'));
}

/** Runs the command with the hub of this test, an empty Hugging Face home and a token; the token is shown nowhere. */
async function estimate(argument = 'hf:org/model', env: Record<string, string> = {}): Promise<Run> {
  const run = await kv(['estimate', argument, '-c', '1k', '--json'], {
    env: { HF_ENDPOINT: server.url, HF_HOME: home.path, HF_TOKEN: TOKEN, ...env },
  });
  expect(run.stdout + run.stderr).not.toContain(TOKEN);
  return run;
}

async function estimated(argument?: string, env?: Record<string, string>): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await estimate(argument, env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** That exit code, nothing on stdout, and one line on stderr that says this. */
async function expectFailure(
  code: 2 | 3,
  message: string | RegExp,
  env?: Record<string, string>,
  argument?: string,
) {
  const run = await estimate(argument, env);
  expect(run).toMatchObject({ code, stdout: '' });
  expect(run.stderr).toMatch(message);
  expect(run.stderr).toMatch(/^kv: [^\n]*\.\n$/);
}

describe('a model on the hub', () => {
  it('is what its config.json says, named by its id, at the commit that the hub told', async () => {
    server.at(PATH, file(CONFIG, COMMIT));
    expect(await estimated()).toMatchObject({
      model: {
        id: 'org/model',
        name: 'model',
        source: `${server.url}/org/model/resolve/${COMMIT}/config.json`,
        architecture: 'LlamaForCausalLM',
      },
      totalBytes: 1024 * 131_072,
    });
    expect(readdirSync(home.path)).toEqual([]);
  });

  it('is read through the wrapper of a multimodal model', async () => {
    server.at(PATH, file(JSON.stringify({ model_type: 'llava', text_config: JSON.parse(CONFIG) as object })));
    expect(await estimated()).toMatchObject({ totalBytes: 1024 * 131_072 });
  });

  it.each([
    ['hf:org/model@v1.0', '/org/model/resolve/v1.0/config.json', 'org/model@v1.0'],
    ['hf:org/model@refs/pr/7', '/org/model/resolve/refs%2Fpr%2F7/config.json', 'org/model@refs/pr/7'],
    ['hf://gpt2', '/gpt2/resolve/main/config.json', 'gpt2'],
    ['hf:org/model/text/config.json', '/org/model/resolve/main/text/config.json', 'org/model'],
  ])('%s is asked for at %s', async (argument, path, id) => {
    server.at(path, file(CONFIG));
    expect(await estimated(argument)).toMatchObject({ model: { id, source: `${server.url}${path}` } });
  });

  it('is asked for below the path of a mirror', async () => {
    server.at(`/mirror${PATH}`, file(CONFIG));
    await estimated(undefined, { HF_ENDPOINT: `${server.url}/mirror/` });
  });

  it('is asked for through a proxy', async () => {
    other.at(`http://hub.invalid${PATH}`, file(CONFIG));
    await estimated(undefined, { HF_ENDPOINT: 'http://hub.invalid', HTTP_PROXY: other.url });
    expect(server.requests).toEqual([]);
  });

  it('stands beside others in a comparison', async () => {
    server.at(PATH, file(CONFIG));
    server.at(
      '/org/small/resolve/main/config.json',
      file(changedConfig('meta-llama/Llama-3.1-8B', { num_hidden_layers: 16 })),
    );
    const { stdout } = await kv(['compare', 'hf:org/model', 'hf:org/small', '--csv'], {
      env: { HF_ENDPOINT: server.url, HF_HOME: home.path },
    });
    expect(stdout).toMatch(/^model,.*\n.*^small,.*,2\.00x,50\.0%\n$/ms);
  });
});

describe('the token', () => {
  const authorizations = () => requests().map(({ headers }) => headers.authorization);

  it('goes to the hub, and with a redirect inside it', async () => {
    server.at(PATH, redirect('/elsewhere'));
    server.at('/elsewhere', file(CONFIG));
    await estimated();
    expect(authorizations()).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);
  });

  it('does not go with a redirect to another origin, nor come back with one', async () => {
    server.at(PATH, redirect(`${other.url}/file`));
    other.at('/file', redirect(`${server.url}/last`));
    server.at('/last', file(CONFIG));
    await estimated();
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(authorizations()).toEqual([`Bearer ${TOKEN}`, undefined]);
  });

  it('is not used where it is turned off', async () => {
    server.at(PATH, file(CONFIG));
    await estimated(undefined, { HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' });
    expect(authorizations()).toEqual([undefined]);
  });

  it('comes from the file that a login leaves', async () => {
    writeFileSync(join(home.path, 'token'), `${TOKEN}\n`);
    server.at(PATH, file(CONFIG));
    await estimated(undefined, { HF_TOKEN: '' });
    expect(authorizations()).toEqual([`Bearer ${TOKEN}`]);
  });

  it('is refused unseen where no header can hold it', () =>
    expectFailure(2, /The token in HF_TOKEN has characters/, { HF_TOKEN: `${TOKEN}\u00e9` }));
});

describe('the local cache', () => {
  const snapshot = () => join(home.path, 'hub', 'models--org--model', 'snapshots', COMMIT);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  /** As huggingface_hub lays it out: a ref, a blob, and a link to it. */
  const cache = (text = CONFIG) => {
    write(join(home.path, 'hub', 'models--org--model', 'refs', 'main'), COMMIT);
    write(join(home.path, 'hub', 'models--org--model', 'blobs', 'abc'), text);
    mkdirSync(snapshot(), { recursive: true });
    symlinkSync(join('..', '..', 'blobs', 'abc'), join(snapshot(), 'config.json'));
  };

  it.each(['hf:org/model', `hf:org/model@${COMMIT}`])('answers %s without a request', async (argument) => {
    cache();
    expect(await estimated(argument, { HF_HUB_OFFLINE: '1' })).toMatchObject({
      model: { source: join(snapshot(), 'config.json') },
      totalBytes: 1024 * 131_072,
    });
    await estimated(argument);
    expect(server.requests).toEqual([]);
  });

  it('is found where HF_HUB_CACHE says', async () => {
    cache();
    await estimated(undefined, { HF_HOME: '/nowhere', HF_HUB_CACHE: join(home.path, 'hub') });
    expect(server.requests).toEqual([]);
  });

  it('does not answer for another revision or file, nor with a link that leads nowhere', async () => {
    mkdirSync(snapshot(), { recursive: true });
    write(join(home.path, 'hub', 'models--org--model', 'refs', 'main'), COMMIT);
    symlinkSync('gone', join(snapshot(), 'config.json'));
    server.at(PATH, file(CONFIG));
    await estimated();
    expect(requests()).toHaveLength(1);
  });

  it('does not follow a ref out of itself', async () => {
    write(join(home.path, 'secret', 'config.json'), CONFIG);
    write(join(home.path, 'hub', 'models--org--model', 'refs', 'main'), '../../../secret');
    mkdirSync(join(home.path, 'hub', 'models--org--model', 'snapshots'));
    await expectFailure(3, /is not in the cache/, { HF_HUB_OFFLINE: 'true' });
  });

  it('is named where offline it has nothing', async () => {
    await expectFailure(
      3,
      `kv: hf:org/model is not in the cache ${home.path}/hub, and HF_HUB_OFFLINE forbids`,
      {
        HF_HUB_OFFLINE: '1',
      },
    );
    expect(server.requests).toEqual([]);
  });

  it('names its file where that is no config', async () => {
    cache('{');
    await expectFailure(2, new RegExp(`${COMMIT}/config.json: This is not valid JSON`));
  });
});

describe('what the hub does not give', () => {
  it.each([
    [says(401, 'RepoNotFound'), /has no model org\/model, or it is private and HF_TOKEN/],
    [says(404, 'RepoNotFound'), /has no model org\/model/],
    [says(404, 'RevisionNotFound'), /has no revision "main"/],
    [says(404, 'EntryNotFound'), /org\/model has no config\.json at revision main; check/],
    [says(404), /org\/model has no config\.json at revision main; check/],
    [
      says(403, 'GatedRepo'),
      /gated or private, and the token in HF_TOKEN may not read it; accept its licence/,
    ],
    [says(403), /gated or private/],
    [says(401), /does not accept the token in HF_TOKEN/],
    [says(418), /refuses hf:org\/model with status 418/],
  ])('is said in one sentence (%#)', async (answer, message) => {
    server.at(PATH, answer);
    await expectFailure(2, message);
  });

  it.each([says(401, 'GatedRepo'), says(401)])(
    'asks for a licence and a token where none is sent (%#)',
    async (answer) => {
      server.at(PATH, answer);
      await expectFailure(
        2,
        `org/model is gated or private; accept its licence at ${server.url}/org/model and set HF_TOKEN`,
        { HF_TOKEN: '' },
      );
    },
  );

  it.each([
    ['hf:', /names no repository/],
    ['hf:a/b/c', /names the file "c", which is no \.json and no \.gguf/],
    ['hf:a/../b', /names no repository|names the file/],
    ['hf:org/model:Q4_K_M', /names no repository.*a quantization is named by its file/],
    ['hf:org/model@', /names no revision/],
    ['hf:org/model@../../x', /names no revision/],
  ])('%j is refused unasked', async (argument, message) => {
    await expectFailure(2, message, {}, argument);
    expect(server.requests).toEqual([]);
  });

  it.each(['hub.example', 'ftp://hub.example'])('HF_ENDPOINT=%s is refused', (endpoint) =>
    expectFailure(2, `HF_ENDPOINT is "${endpoint}"; it must be an address`, { HF_ENDPOINT: endpoint }),
  );

  it.each(['proxy', 'http://me:hunter2@:1', 'gopher://x'])('HTTPS_PROXY=%s is refused', (proxy) =>
    expectFailure(2, /^kv: HTTPS_PROXY or HTTP_PROXY is not the address/, { HTTPS_PROXY: proxy }),
  );

  it('an address with a password is refused, and not shown', async () => {
    const { code, stderr } = await estimate(undefined, { HF_ENDPOINT: 'https://me:hunter2@hub.example' });
    expect({ code, shown: stderr.includes('hunter2') }).toEqual({ code: 2, shown: false });
  });
});

describe('repositories without a config.json', () => {
  const files = (...names: readonly string[]) => {
    server.at(PATH, says(404, 'EntryNotFound'));
    server.at(
      '/api/models/org/model/revision/main',
      file(JSON.stringify({ siblings: names.map((rfilename) => ({ rfilename })) })),
    );
  };

  it('say how to ask for one of their GGUF files', async () => {
    files('README.md', 'mmproj-f16.gguf', 'sub/model-Q4_K_M.gguf', 'model-Q8_0.gguf');
    await expectFailure(2, /but 2 GGUF files; name one, such as hf:org\/model\/sub\/model-Q4_K_M\.gguf\./);
  });

  it.each([
    ['meta-llama/Llama-3.1-8B', 'hf:meta-llama/Llama-3.1-8B'],
    ['/home/me/llama', 'that model'],
    [42, 'that model'],
  ])('say that they are an adapter of %j', async (base, ask) => {
    files('adapter_config.json', 'adapter_model.safetensors');
    server.at(
      '/org/model/resolve/main/adapter_config.json',
      file(JSON.stringify({ base_model_name_or_path: base })),
    );
    await expectFailure(2, `is a PEFT adapter, whose cache is its base model's; ask for ${ask}.`);
  });

  it.each(['null', '[]', '{"siblings":[null,{},{"rfilename":1}]}', '{"siblings":7}', '<html>'])(
    'are told simply where the list of files is %s',
    async (list) => {
      server.at(PATH, says(404, 'EntryNotFound'));
      server.at('/api/models/org/model/revision/main', file(list));
      await expectFailure(2, /has no config\.json at revision main; check the id and the revision\.$/m);
    },
  );
});

describe('a GGUF file on the hub', () => {
  const GGUF = '/org/model/resolve/main/sub/m-Q8_0.gguf';
  const bytes = ggufBytes(SMALL_LLAMA);
  const quick = { HF_HUB_ETAG_TIMEOUT: '0.3', HF_HUB_DOWNLOAD_TIMEOUT: '0.3' };
  const ask = 'hf:org/model/sub/m-Q8_0.gguf';

  it('is read by ranges, with the token as far as the hub, and named by its repository and path', async () => {
    server.at(GGUF, redirect(`${other.url}/file`));
    other.at('/file', ranged(bytes, 1e9));
    expect(await estimated(ask)).toMatchObject({
      model: { id: 'org/model/sub/m-Q8_0.gguf', name: 'm-Q8_0', source: `${server.url}${GGUF}` },
      totalBytes: 1024 * 2048,
    });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`]);
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('is read after a failure that passes', async () => {
    server.at(GGUF, says(503), resets, ranged(bytes, 1e9));
    await estimated(ask);
    expect(server.requests).toHaveLength(3);
  });

  it('is asked for through a proxy', async () => {
    other.at(`http://hub.invalid${GGUF}`, ranged(bytes, 1e9));
    await estimated(ask, { HF_ENDPOINT: 'http://hub.invalid', HTTP_PROXY: other.url });
  });

  it.each([
    [2, says(403, 'GatedRepo'), /gated or private, and the token in HF_TOKEN may not read it/],
    [2, says(401), /does not accept the token in HF_TOKEN/],
    [2, says(401, 'RepoNotFound'), /has no model org\/model/],
    [2, says(404, 'EntryNotFound'), /has no sub\/m-Q8_0\.gguf at revision main/],
    [2, file('x'.repeat(300_000)), /does not answer range requests/],
    [2, endless, /does not answer range requests/],
    [2, ranged(bytes.subarray(0, 100), 100), /is truncated/],
    [3, says(500), /fails at the moment \(status 500\)/],
    [3, stalls, /does not answer in time; .*HF_HUB_ETAG_TIMEOUT/],
    [3, resets, /cannot be reached/],
  ] as const)(
    'that cannot be had ends with exit code %i and one sentence (%#)',
    async (code, answer, message) => {
      server.at(GGUF, answer);
      await expectFailure(code, message, quick, ask);
    },
  );

  it('that is not there is answered with the names of others', async () => {
    server.at(GGUF, says(404, 'EntryNotFound'));
    server.at(
      '/api/models/org/model/revision/main',
      file(JSON.stringify({ siblings: [{ rfilename: 'm-Q4_0.gguf' }] })),
    );
    await expectFailure(2, 'but a GGUF file; name one, such as hf:org/model/m-Q4_0.gguf.', {}, ask);
  });

  it('is not asked for offline', async () => {
    await expectFailure(3, `${ask} is not in the cache`, { HF_HUB_OFFLINE: '1' }, ask);
    expect(server.requests).toEqual([]);
  });

  describe('that is cut into several', () => {
    const [first, second] = [0, 1].map((number) =>
      ggufBytes({
        ...SMALL_LLAMA,
        keys: [
          ...(SMALL_LLAMA.keys ?? []),
          ['split.no', { type: 'u16', value: number }],
          ['split.count', { type: 'u16', value: 2 }],
        ],
      }),
    ) as [Uint8Array, Uint8Array];
    const name = (number: number) => `m-0000${number}-of-00002.gguf`;
    const at = (number: number) => `/org/model/resolve/main/${name(number)}`;

    it('is read in all of them, those in the cache from there', async () => {
      server.at(at(1), ranged(first, first.length));
      server.at(at(2), ranged(second, second.length));
      const fromHub = await estimated(`hf:org/model/${name(2)}`);
      expect(fromHub).toMatchObject({ model: { name: 'm' }, totalBytes: 1024 * 2048 });
      expect(server.requests.map(({ path }) => path).sort()).toEqual([at(1), at(2)]);

      const repository = join(home.path, 'hub', 'models--org--model');
      mkdirSync(join(repository, 'snapshots', COMMIT), { recursive: true });
      mkdirSync(join(repository, 'refs'));
      writeFileSync(join(repository, 'refs', 'main'), COMMIT);
      writeFileSync(join(repository, 'snapshots', COMMIT, name(1)), first);
      await estimated(`hf:org/model/${name(1)}`);
      expect(server.requests).toHaveLength(3);
      await expectFailure(
        3,
        `hf:org/model/${name(2)} is not in the cache`,
        { HF_HUB_OFFLINE: '1' },
        `hf:org/model/${name(1)}`,
      );
    });

    it('ends with the one that fails', async () => {
      server.at(at(1), ranged(first, first.length));
      server.at(at(2), resets);
      await expectFailure(3, /cannot be reached \((?!.*destroyed)/, quick, `hf:org/model/${name(1)}`);
    });
  });
});

describe('a failure that passes', () => {
  it.each([
    ['429 with a time to wait', says(429, undefined, { 'retry-after': '1' })],
    ['503', says(503)],
    ['a connection that is reset', resets],
    ['an answer that does not come', stalls],
    ['a body that stalls', stallsInBody(CONFIG)],
    ['a body that is cut short', cutShort(CONFIG)],
  ])('%s is asked for again', async (_name, failure) => {
    server.at(PATH, failure, resumable(CONFIG));
    await estimated(undefined, { HF_HUB_ETAG_TIMEOUT: '0.5', HF_HUB_DOWNLOAD_TIMEOUT: '0.5' });
    expect(requests()).toHaveLength(2);
  });

  it('a body that is cut short comes from its beginning where a server knows no ranges', async () => {
    server.at(PATH, cutShort(CONFIG), file(CONFIG));
    expect(await estimated()).toMatchObject({ totalBytes: 1024 * 131_072 });
  });
});

describe('a failure that lasts', () => {
  const quick = { HF_HUB_ETAG_TIMEOUT: '0.3', HF_HUB_DOWNLOAD_TIMEOUT: '0.3' };

  it.each([
    ['429', says(429), /takes no more requests at the moment \(status 429\)/],
    ['500', says(500), /fails at the moment \(status 500\)/],
    ['a reset', resets, /cannot be reached \(.*\); check the network/],
    ['silence', stalls, /does not answer in time; .*HF_HUB_ETAG_TIMEOUT/],
    ['a body that stalls', stallsInBody(CONFIG), /was cut short/],
    ['a body that is cut short', cutShort(CONFIG), /was cut short/],
    ['redirects in a circle', redirect(PATH), /cannot be reached \(redirect count exceeded\)/],
    ['a redirect to no web page', redirect('file:///etc/passwd'), /cannot be reached/],
  ])('%s ends with exit code 3', async (_name, answer, message) => {
    server.at(PATH, answer);
    await expectFailure(3, message, quick);
    expect(server.requests.length).toBeLessThan(25);
  });

  it('a proxy that opens no tunnel ends with exit code 3', () =>
    expectFailure(3, /hub\.invalid cannot be reached/, {
      HF_ENDPOINT: 'https://hub.invalid',
      HTTPS_PROXY: other.url,
    }));

  it('no server at all ends with exit code 3', async () =>
    expectFailure(3, /cannot be reached \(ECONNREFUSED\); check the network, HF_ENDPOINT/, {
      HF_ENDPOINT: await closedOrigin(),
    }));

  it('an address that does not exist ends with exit code 3', () =>
    expectFailure(3, /hub\.invalid cannot be reached/, { HF_ENDPOINT: 'http://hub.invalid' }));

  it('a body without end is not read to it', async () => {
    server.at(PATH, endless);
    await expectFailure(2, /larger than 16 MiB, so it is not a config\.json/);
  });

  it.each(['<html>log in first</html>', '', '[1]', CONFIG.slice(0, 200)])(
    'the text %j is no config',
    async (text) => {
      server.at(PATH, file(text));
      await expectFailure(2, `${server.url}${PATH}: `);
    },
  );
});

describe('in a terminal', () => {
  /** Runs the command in a terminal; `seen` gets what it shows so far. */
  function inTerminal(seen: (text: string) => void): {
    readonly end: Promise<{ code: number; text: string }>;
    readonly interrupt: () => void;
  } {
    const { PATH: path = '' } = process.env;
    const terminal = spawn(process.execPath, [KV, 'estimate', 'hf:org/model'], {
      cols: 100,
      env: { PATH: path, HOME: home.path, HF_ENDPOINT: server.url, HF_TOKEN: TOKEN, TERM: 'xterm-256color' },
    });
    let text = '';
    terminal.onData((data) => {
      text += data;
      seen(text);
    });
    const end = new Promise<{ code: number; text: string }>((resolve) => {
      terminal.onExit(({ exitCode }) => resolve({ code: exitCode, text }));
    });
    return { end, interrupt: () => terminal.write('\u0003') };
  }

  it('says what it waits for, and takes that away when it has it', async () => {
    const shown = new EventEmitter();
    server.at(PATH, (request, response) => {
      shown.once('line', () => file(CONFIG)(request, response));
    });
    const { code, text } = await inTerminal((seen) => {
      if (seen.includes('Fetching config.json of org/model')) {
        shown.emit('line');
      }
    }).end;
    expect(code).toBe(0);
    const cleared = text.lastIndexOf('\u001b[1G\u001b[0K');
    const [before, after] = [text.slice(0, cleared), text.slice(cleared)];
    expect(before).toContain('Fetching config.json');
    expect(after).toContain('KV cache');
  });

  it('stops at Ctrl-C, and leaves nothing', async () => {
    server.at(PATH, stalls);
    const run = inTerminal((seen) => {
      if (seen.includes('Fetching') && !seen.includes('^C')) {
        run.interrupt();
      }
    });
    expect((await run.end).code).toBe(130);
    expect(readdirSync(home.path)).toEqual([]);
  });
});
