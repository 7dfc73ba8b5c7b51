import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INDEX = 'https://pypi.org/simple/sglang/';

/** The folder of SGLang's wheel of that version, from PyPI, checked against the index's hash. */
export async function unpackSource(version) {
  const index = await fetch(INDEX, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } });
  const { files } = await index.json();
  const file = files.find(
    ({ filename }) => filename.startsWith(`sglang-${version}-`) && filename.endsWith('x86_64.whl'),
  );
  if (file === undefined) {
    throw new Error(`PyPI has no wheel of SGLang ${version}.`);
  }
  const archive = Buffer.from(await (await fetch(new URL(file.url, INDEX))).arrayBuffer());
  if (createHash('sha256').update(archive).digest('hex') !== file.hashes.sha256) {
    throw new Error(`The download of ${file.filename} is damaged.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'kv-sglang-'));
  const path = join(folder, file.filename);
  writeFileSync(path, archive);
  execFileSync('python3', ['-m', 'zipfile', '-e', path, folder]);
  return folder;
}
