import { mkdirSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MissingBrowserError } from './missing.js';
import { cacheHome } from './places.js';
import { removeAbandoned, temporaryPrefix } from './temporary.js';

const KIND = 'kv-browser';

/** What a profile and the memory that a browser's processes share take, with room to spare. */
const ROOM_BYTES = 48 * 2 ** 20;

/**
 * A new folder for a browser's profile and all else that it writes: in the temporary folder, or where that does not
 * exist, cannot be written or is full, in the usual one, the user's cache or memory.
 *
 * @throws MissingBrowserError where none can be made.
 */
export function makeScratch(): string {
  const failures: string[] = [];
  for (const isLastResort of [false, true]) {
    for (const place of places()) {
      try {
        if (place === cacheHome(process.env)) {
          mkdirSync(place, { recursive: true, mode: 0o700 });
        }
        if (isLastResort || freeBytes(place) >= ROOM_BYTES) {
          return mkdtempSync(join(place, temporaryPrefix(KIND)));
        }
        failures.push(`${place} is nearly full`);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
  throw new MissingBrowserError(
    `No folder for a browser's temporary files can be made (${[...new Set(failures)].join('; ')}); name one with TMPDIR.`,
  );
}

/** Removes the folders of browsers whose process was killed before it could. */
export async function removeAbandonedScratch(): Promise<void> {
  await Promise.all(places().map((place) => removeAbandoned(place, KIND)));
}

function places(): readonly string[] {
  const usual = process.platform === 'win32' ? [] : ['/tmp'];
  const memory = process.platform === 'linux' ? ['/dev/shm'] : [];
  return [...new Set([tmpdir(), ...usual, cacheHome(process.env), ...memory])];
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
