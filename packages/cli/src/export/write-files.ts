import { randomBytes } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeAbandoned, temporaryPrefix } from '@kv/browser';
import { InputError } from '@kv/core';
import { MissingError } from '../errors.js';

/** A file as it shall be. */
export interface WholeFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** Beside each file, until it is whole. */
const PARTIAL = '.kv-partial';

/** What a disk says, not a person who named the wrong place. */
const DISK_ERRORS: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG']);

/**
 * Writes files so that each is there whole or as it was before, whatever happens meanwhile: all of them are written
 * beside their places, to the disk, before the first is moved to its own.
 *
 * Packages that do this look at no short write, so that a full disk leaves a truncated file.
 *
 * @throws InputError where a file cannot be written, MissingError where the disk is full or broken.
 */
export async function writeFiles(files: readonly WholeFile[]): Promise<void> {
  const partials: string[] = [];
  const removePartials = () => {
    for (const partial of partials) {
      rmSync(partial, { force: true });
    }
  };
  process.once('exit', removePartials);
  let path = '';
  try {
    const targets = files.map((file) => ({ ...file, target: resolved(file.path) }));
    for (const { target, content, ...file } of targets) {
      path = file.path;
      await removeAbandoned(dirname(target), PARTIAL);
      const partial = join(dirname(target), `${temporaryPrefix(PARTIAL)}${randomBytes(4).toString('hex')}`);
      partials.push(partial);
      await writePartial(partial, target, content);
    }
    for (const [index, { target, ...file }] of targets.entries()) {
      path = file.path;
      await rename(partials[index] ?? '', target);
    }
  } catch (error) {
    throw failure(path, error);
  } finally {
    removePartials();
    process.off('exit', removePartials);
  }
}

/** The file itself where the path is a link to it. */
function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

async function writePartial(partial: string, target: string, content: string | Uint8Array): Promise<void> {
  const file = await open(partial, 'wx');
  try {
    await likeOld(file, target);
    await file.writeFile(content);
    // Some file systems tell only now that there is no room.
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives a file the mode and, where that is allowed, the owner of the one that it will replace. */
async function likeOld(file: FileHandle, target: string): Promise<void> {
  const old = await stat(target).catch(() => undefined);
  if (old !== undefined) {
    await file.chown(old.uid, old.gid).catch(() => {});
    await file.chmod(old.mode & 0o777).catch(() => {});
  }
}

function failure(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const text = `"${path}" cannot be written (${message}).`;
  return DISK_ERRORS.has(code) ? new MissingError(text) : new InputError(text);
}
