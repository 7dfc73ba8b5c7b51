import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { kv } from './kv.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readme = readFileSync(`${root}/README.md`, 'utf8');
const examples = [...readme.matchAll(/```console\n\$ kv ([^\n]+)\n(.*?)```/gs)].map(
  ([, command = '', printed = '']) => ({ command, printed }),
);

it('the README shows commands with what they print', () => {
  expect(examples.length).toBeGreaterThanOrEqual(2);
});

it.each(examples)('kv $command prints what the README says', async ({ command, printed }) => {
  expect(await kv(command.split(' '), { cwd: root })).toEqual({ code: 0, stdout: printed, stderr: '' });
});
