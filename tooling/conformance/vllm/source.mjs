import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INDEX = 'https://pypi.org/simple/vllm/';

/** The folder of vLLM's source distribution of that version, from PyPI, checked against the index's hash. */
export async function unpackSource(version) {
  const index = await fetch(INDEX, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } });
  const { files } = await index.json();
  const file = files.find(({ filename }) => filename === `vllm-${version}.tar.gz`);
  if (file === undefined) {
    throw new Error(`PyPI has no source distribution of vLLM ${version}.`);
  }
  const archive = Buffer.from(await (await fetch(new URL(file.url, INDEX))).arrayBuffer());
  if (createHash('sha256').update(archive).digest('hex') !== file.hashes.sha256) {
    throw new Error(`The download of ${file.filename} is damaged.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'kv-vllm-'));
  const path = join(folder, file.filename);
  writeFileSync(path, archive);
  mkdirSync(join(folder, 'source'));
  execFileSync('tar', ['xzf', path, '-C', join(folder, 'source'), '--strip-components=1']);
  return { folder, source: join(folder, 'source') };
}
