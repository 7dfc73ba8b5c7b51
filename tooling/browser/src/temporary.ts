import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readlinkSync, rmSync, type Stats } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** An export takes seconds; what is older belongs to nobody, whatever its name says. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * The start of the name of a temporary file or folder of this process. It names the process, so that a later run can
 * tell what is still in use from what a killed process left.
 */
export function temporaryPrefix(kind: string): string {
  return `${kind}-${processSpace()}-${process.pid}-`;
}

/**
 * Removes what processes that are gone left in a folder under names that `temporaryPrefix(kind)` begins. Whatever
 * cannot be removed stays.
 */
export async function removeAbandoned(folder: string, kind: string): Promise<void> {
  const pattern = new RegExp(`^${kind.replaceAll('.', '\\.')}-([0-9a-f]{8})-(\\d+)-`);
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const [, space, pid] = pattern.exec(name) ?? [];
    if (space === undefined) {
      continue;
    }
    const path = join(folder, name);
    const isNobodys = space === processSpace() && !isRunning(Number(pid));
    if (isOurs(path) && (isNobodys || isOld(path))) {
      await removeFolder(path);
    }
  }
}

const REMOVAL_DELAYS_MS = [2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Removes a file, or a folder into which processes that were just killed may write for a moment longer. It never fails. */
export async function removeFolder(path: string): Promise<void> {
  for (const delay of REMOVAL_DELAYS_MS) {
    if (removed(path)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, delay));
  }
}

/** The same for a process that is about to exit, and so cannot wait for anything but the clock. */
export function removeFolderNow(path: string): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (const delay of REMOVAL_DELAYS_MS) {
    if (removed(path)) {
      return;
    }
    Atomics.wait(clock, 0, 0, delay);
  }
}

function removed(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

function isOurs(path: string): boolean {
  return process.getuid === undefined || statusOf(path)?.uid === process.getuid();
}

function isOld(path: string): boolean {
  const { mtimeMs = Date.now() } = statusOf(path) ?? {};
  return Date.now() - mtimeMs > ABANDONED_AFTER_MS;
}

function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

let space: string | undefined;

/** Where a process id means this process: a machine, and on Linux a namespace on it. */
function processSpace(): string {
  space ??= createHash('sha256').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 8);
  return space;
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
