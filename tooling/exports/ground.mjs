// A place of its own for exports to happen in, and what is wrong with it afterwards.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KV = fileURLToPath(new URL('../../packages/cli/dist/kv.js', import.meta.url));

/** How long processes may live on after a command has ended. */
const GRACE_MS = 5000;

/** What a whole file of each format begins and ends with. */
const WHOLE = {
  pdf: /^%PDF-[\s\S]*%%EOF\s*$/,
  html: /^<!doctype html>[\s\S]*<\/html>\n$/,
  svg: /^<svg [\s\S]*<\/svg>$/,
  png: /^\x89PNG[\s\S]*IEND[\s\S]{4}$/,
  json: /^\{[\s\S]*\}\n$/,
};

/** What stands in files before an export replaces them. */
export const OLD = 'old';

/** A folder with one for outputs, in which the command runs, and one for temporary files. */
export function makeGround() {
  const root = mkdtempSync(join(tmpdir(), 'kv-ground-'));
  const ground = { root, out: join(root, 'out'), scratch: join(root, 'scratch') };
  mkdirSync(ground.out);
  mkdirSync(ground.scratch);
  return ground;
}

export function removeGround({ root }) {
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/**
 * Starts the command in a ground.
 *
 * @param wrap a command that runs it, such as a shell that sets limits first.
 */
export function start(ground, args, { env = {}, wrap = [] } = {}) {
  const [command, ...rest] = [...wrap, process.execPath, KV, ...args];
  const child = spawn(command, rest, {
    cwd: ground.out,
    env: { ...process.env, TMPDIR: ground.scratch, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve({ code, signal, stderr: () => stderr }));
  });
  return { child, ended };
}

/** Whether an outcome is that of a process that the signal ended: by its own handler, or before it had one. */
export function endedBy({ code, signal }, name) {
  return signal === name || code === 128 + constants.signals[name];
}

/** The processes that were started in a ground and still run. Linux only: elsewhere there are none to be seen. */
export function processesIn({ root }) {
  if (!existsSync('/proc/self/cwd')) {
    return [];
  }
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`).startsWith(root);
    } catch {
      return false;
    }
  });
}

/** Waits until no process of a ground is left; says which are after five seconds. */
export async function lingering(ground) {
  const begin = Date.now();
  while (processesIn(ground).length > 0 && Date.now() - begin < GRACE_MS) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return processesIn(ground).map((pid) => `process ${pid} lives on`);
}

/**
 * What is wrong with the files of a ground: broken ones, and such as nobody asked for.
 *
 * @param names of the outputs.
 * @param isDone whether all of them must be there, whole and new.
 */
export function wrongFiles({ out }, names, isDone) {
  const broken = names.filter((name) => {
    const path = join(out, name);
    if (!existsSync(path)) {
      return isDone;
    }
    const content = readFileSync(path, 'latin1');
    const isWhole = WHOLE[name.slice(name.lastIndexOf('.') + 1)].test(content);
    return !(isWhole || (!isDone && content === OLD));
  });
  const strange = readdirSync(out).filter((name) => !names.includes(name));
  return [...broken.map((name) => `${name} is not whole`), ...strange.map((name) => `${name} is left`)];
}

/** What is left in a ground's folder for temporary files. */
export function wrongScratch({ scratch }) {
  return (existsSync(scratch) ? readdirSync(scratch) : []).map((name) => `temporary ${name} is left`);
}
