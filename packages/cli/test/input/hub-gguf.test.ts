import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ggufBytes, SMALL_LLAMA } from '../../../gguf/test/write.js';
import { COMMIT, estimated, expectFailure, home, other, server, TOKEN } from './hub-fixture.js';
import { endless, file, ranged, redirect, resets, says, stalls } from './hub-server.js';

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
