import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importsOf } from '../imports.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const packages = ['packages', 'tooling'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(root, path, 'src'))),
);

/** The first column of the README's table of rooms: folders and files of `src`, a row may name several. */
function roomsOf(path) {
  const readme = readFileSync(join(root, path, 'README.md'), 'utf8');
  const [, table = ''] = /^\| room[^\n]*\n\|[-| ]+\|\n((?:\|[^\n]*\n?)+)/m.exec(readme) ?? [];
  return table
    .trimEnd()
    .split('\n')
    .map((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name.replace(/\/$/, '')),
    );
}

describe.each(packages)('%s', (path) => {
  const source = join(root, path, 'src');
  const rooms = roomsOf(path);
  const levelOf = (file) => rooms.findIndex((names) => names.includes(file.split('/')[0]));

  it('has a room in its README for each folder and loose file of src, and no other', () => {
    const present = readdirSync(source).toSorted();
    expect(rooms.flat().toSorted()).toEqual(present);
  });

  it('imports from the same room or those listed below it, types included', () => {
    const upward = importsOf(source).flatMap(({ file, imports }) =>
      imports.filter((target) => levelOf(target) < levelOf(file)).map((target) => `${file} -> ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it('has no file written by hand of more than 400 lines', () => {
    const long = importsOf(source)
      .filter(({ file, lines }) => lines > 401 && !isGenerated(join(source, file)))
      .map(({ file, lines }) => `${file}: ${lines}`);
    expect(long).toEqual([]);
  });
});

function isGenerated(file) {
  return /generated|printed by/i.test(readFileSync(file, 'utf8').slice(0, 600));
}

it('no file written by hand has more than 400 lines, tests and tools included', () => {
  const files = ['packages', 'tooling'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !/[/\\](node_modules|dist|venv)[/\\]/.test(file)),
  );
  const long = files.filter(
    (file) => readFileSync(file, 'utf8').split('\n').length > 401 && !isGenerated(file),
  );
  expect(long.map((file) => file.slice(root.length + 1))).toEqual([]);
});
