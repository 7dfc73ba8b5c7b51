import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BINARIES, PACKAGE, VERSION } from '../library.mjs';
import { rulesOf } from './rules.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/**
 * The libraries that planning needs beside the engine's own, compiled from the source of the same release, which the
 * package ships as a git bundle: needs `git` and `g++`.
 *
 * @returns paths of the backend, of the account of memory, and of the engine's `--fit`.
 */
export function nativeLibraries() {
  const folder = join(HERE, '../node_modules/.plan', VERSION);
  const [backend, breakdown, fit] = ['device.so', 'breakdown.so', 'fit.so'].map((name) => join(folder, name));
  if ([backend, breakdown, fit].every((path) => existsSync(path))) return { backend, breakdown, fit };
  const source = join(folder, 'source');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(source)) {
    run('git', ['clone', '--quiet', join(PACKAGE, 'llama/gitRelease.bundle'), source]);
  }
  writeFileSync(join(folder, 'rules.inc'), rulesOf(source));
  const include = (...paths) => paths.map((path) => `-I${join(source, path)}`);
  const library = (name) =>
    join(
      BINARIES,
      readdirSync(BINARIES).find((file) => new RegExp(`^${name}(\\.v[\\d.]+)?\\.so$`).test(file)),
    );
  const common = ['-std=c++17', '-O1', '-fPIC', '-shared', '-w'];
  run('g++', [
    ...[...common, '-DGGML_BACKEND_DL', '-DGGML_BACKEND_SHARED', '-DGGML_SHARED'],
    ...[...include('ggml/include', 'ggml/src'), `-I${folder}`, join(HERE, 'device.cpp'), '-o', backend],
  ]);
  run('g++', [
    ...[...common, ...include('include', 'ggml/include', 'src'), join(HERE, 'breakdown.cpp')],
    ...['-o', breakdown, library('libllama'), library('libggml-base')],
  ]);
  run('g++', [
    ...[...common, ...include('include', 'ggml/include', 'src', 'common'), join(HERE, 'fit.cpp'), '-o', fit],
    ...['libllama-common', 'libllama', 'libggml', 'libggml-base'].map(library),
    `-Wl,-rpath,${BINARIES},--allow-shlib-undefined`,
  ]);
  return { backend, breakdown, fit };
}

function run(program, words) {
  execFileSync(program, words, { stdio: ['ignore', 2, 2] });
}
