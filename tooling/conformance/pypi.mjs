import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file of a package on PyPI, checked against the index's hash and unpacked into a folder of its own, which is the
 * caller's to remove.
 *
 * @param chosen says of a file's name whether it is the one.
 */
export async function unpacked(name, chosen) {
  const address = `https://pypi.org/simple/${name}/`;
  const index = await fetch(address, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } });
  const { files } = await index.json();
  const file = files.find(({ filename }) => chosen(filename));
  if (file === undefined) {
    throw new Error(`PyPI has no such file of ${name}.`);
  }
  const archive = Buffer.from(await (await fetch(new URL(file.url, address))).arrayBuffer());
  if (createHash('sha256').update(archive).digest('hex') !== file.hashes.sha256) {
    throw new Error(`The download of ${file.filename} is damaged.`);
  }
  const folder = mkdtempSync(join(tmpdir(), `kv-${name}-`));
  const source = join(folder, 'source');
  const path = join(folder, file.filename);
  mkdirSync(source);
  writeFileSync(path, archive);
  if (path.endsWith('.whl')) {
    execFileSync('python3', ['-m', 'zipfile', '-e', path, source]);
  } else {
    execFileSync('tar', ['xzf', path, '-C', source, '--strip-components=1']);
  }
  return { folder, source };
}
