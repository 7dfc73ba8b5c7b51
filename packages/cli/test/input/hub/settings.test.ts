import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hubSettings } from '../../../src/input/hub/settings.js';
import { hubToken } from '../../../src/input/hub/token.js';

describe('the settings of the hub', () => {
  it('are Hugging Face’s own where the environment says nothing', () => {
    for (const environment of [
      {},
      { HF_ENDPOINT: '', HF_HOME: '', HF_HUB_OFFLINE: '', HF_HUB_ETAG_TIMEOUT: '' },
    ]) {
      expect(hubSettings(environment)).toEqual({
        endpoint: 'https://huggingface.co',
        cacheFolder: join(homedir(), '.cache', 'huggingface', 'hub'),
        offline: false,
        answerTimeout: 10_000,
        stallTimeout: 10_000,
      });
    }
  });

  it.each([
    [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
    [{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, '/h/hub'],
    [{ HF_HOME: '~/h' }, join(homedir(), 'h', 'hub')],
    [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/c' }, '/c'],
  ])('%j puts the cache at %s', (environment, folder) =>
    expect(hubSettings(environment).cacheFolder).toBe(folder),
  );

  it.each([
    ['1', true],
    ['yes', true],
    ['True', true],
    ['ON', true],
    ['0', false],
    ['false', false],
    ['no', false],
  ])('HF_HUB_OFFLINE=%s means %s', (HF_HUB_OFFLINE, offline) =>
    expect(hubSettings({ HF_HUB_OFFLINE }).offline).toBe(offline),
  );

  it.each(['0', '-1', 'ten', 'NaN', '1e9'])('a time-out of %s is refused by name', (seconds) =>
    expect(() => hubSettings({ HF_HUB_DOWNLOAD_TIMEOUT: seconds })).toThrow(
      `HF_HUB_DOWNLOAD_TIMEOUT is "${seconds}"`,
    ),
  );
});

describe('the token of the user', () => {
  it.each([
    [{ HF_TOKEN: ' hf_a\n' }, 'hf_a', 'HF_TOKEN'],
    [{ HF_TOKEN: '', HUGGING_FACE_HUB_TOKEN: 'hf_b' }, 'hf_b', 'HUGGING_FACE_HUB_TOKEN'],
    [{ HF_TOKEN: 'hf_a', HUGGING_FACE_HUB_TOKEN: 'hf_b' }, 'hf_a', 'HF_TOKEN'],
  ])('is taken from %j', (environment, value, source) =>
    expect(hubToken({ HF_HOME: '/nowhere', ...environment })).toEqual({ value, source }),
  );

  it('is none where no variable and no file holds one', () =>
    expect(hubToken({ HF_HOME: '/nowhere', HF_TOKEN: ' ' })).toBeUndefined());
});
