import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changedConfig } from '../configs.js';
import { kv } from '../kv.js';
import {
  COMMIT,
  CONFIG,
  estimate,
  estimated,
  expectFailure,
  home,
  other,
  PATH,
  requests,
  server,
  TOKEN,
} from './hub-fixture.js';
import { file, redirect, says } from './hub-server.js';

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
