import { InputError } from '@kv/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileAddress } from '../../../src/input/hub/address.js';
import {
  type HubReference,
  hubArgument,
  isHubReference,
  isRepo,
  parseHubReference,
} from '../../../src/input/hub/reference.js';

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_]{0,20}$/);
const references: fc.Arbitrary<HubReference> = fc.record({
  repo: fc.oneof(
    name,
    fc.tuple(name, name).map(([org, model]) => `${org}/${model}`),
  ),
  revision: fc.oneof(name, fc.constantFrom('main', 'v1.0-rc', 'refs/pr/12', 'refs/convert/gguf')),
  file: fc.oneof(
    fc.constant('config.json'),
    fc
      .tuple(fc.array(name, { maxLength: 2 }), name)
      .map(([folders, file]) => [...folders, `${file}.gguf`].join('/')),
  ),
});

describe('a reference to a hub', () => {
  it('is read as it is written', () => {
    fc.assert(
      fc.property(references, (reference) => {
        // A repository without an organization needs its revision before a file, which would else be its name.
        fc.pre(
          reference.repo.includes('/') || reference.revision !== 'main' || reference.file === 'config.json',
        );
        expect(parseHubReference(hubArgument(reference))).toEqual(reference);
        expect(parseHubReference(hubArgument(reference).replace('hf:', 'HF://'))).toEqual(reference);
      }),
    );
  });

  it('is refused, or names a file below its repository', () => {
    const pieces = fc.constantFrom(
      'a',
      'B-1',
      '/',
      '@',
      '..',
      '.',
      ':',
      '\\',
      '%2e',
      '\n',
      'x.gguf',
      'refs/pr/1',
      '?',
      '#',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 8 }), (texts) => {
        const argument = `hf:${texts.join('')}`;
        expect(isHubReference(argument)).toBe(true);
        let reference: HubReference;
        try {
          reference = parseHubReference(argument);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          return;
        }
        const { pathname, search, hash } = new URL(fileAddress('https://hub.example', reference));
        expect(pathname.startsWith(`/${reference.repo}/resolve/`)).toBe(true);
        expect(search + hash).toBe('');
        expect(isRepo(reference.repo)).toBe(true);
      }),
    );
  });

  it.each([
    ['org/name', true],
    ['gpt2', true],
    ['Org.1/na_me-2', true],
    ['', false],
    ['a/b/c', false],
    ['-org/name', false],
    ['org/name-', false],
    ['org/na--me', false],
    ['org/na..me', false],
    ['org/name.git', false],
    ['org/n\u00e4me', false],
    [`org/${'n'.repeat(97)}`, false],
  ])('%j as the id of a repository: %s', (repo, valid) => expect(isRepo(repo)).toBe(valid));

  it.each(['config.json', './hf', 'h:org/name', 'meta-llama/Llama-3.1-8B'])('%s is none', (argument) =>
    expect(isHubReference(argument)).toBe(false),
  );
});
