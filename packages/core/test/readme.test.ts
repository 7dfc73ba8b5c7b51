import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('the library example of the README prints what the README says', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, example = '', printed] = /```ts\n(.*?)```.*?```text\n(.*?)```/s.exec(readme) ?? [];
  expect(example).toContain("from '@kv/core'");
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', example], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
  });
  expect(output).toBe(printed);
});
