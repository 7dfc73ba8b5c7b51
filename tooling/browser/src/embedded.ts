import { existsSync, lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { BrowserExecutable } from './browser-executable.js';
import { cacheHome } from './places.js';
import { removeAbandoned, removeFolder, removeFolderNow, temporaryPrefix } from './temporary.js';

const PARTIAL = 'chromium-partial';

/**
 * The headless Chromium that the npm package `@sparticuz/chromium` carries, unpacked once into the user's cache.
 *
 * The package's own unpacking writes straight to a fixed path in the shared temporary folder, where another user can
 * put a file first and a second process can start a half-written browser; here the folder belongs to the user and
 * appears whole, by one rename.
 *
 * @param onUnpack called before the archives are unpacked, not when they already are.
 * @throws Error where it is nowhere yet and cannot be unpacked anywhere.
 */
export async function embeddedChromium(onUnpack?: () => void): Promise<BrowserExecutable> {
  const packageRoot = dirname(
    dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'))),
  );
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const name = `chromium-${version}`;
  const folder =
    cacheFolders()
      .filter(isOurs)
      .map((cache) => join(cache, name))
      .find((path) => existsSync(path)) ?? (await unpacked(join(packageRoot, 'bin'), name, onUnpack));
  return {
    path: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

/** The user's cache folder, or one of their own under the temporary folder where there is no room in the first. */
function cacheFolders(): readonly string[] {
  return [cacheHome(process.env), join(tmpdir(), `kv-${userInfo().uid}`)];
}

/** Unpacks into the first cache folder that takes it. */
async function unpacked(archives: string, name: string, onUnpack?: () => void): Promise<string> {
  const failures: string[] = [];
  for (const cache of cacheFolders()) {
    try {
      if (!existsSync(cache)) {
        mkdirSync(cache, { recursive: cache === cacheHome(process.env), mode: 0o700 });
      }
      if (isOurs(cache)) {
        onUnpack?.();
        return await unpackInto(cache, archives, join(cache, name));
      }
      failures.push(`${cache} belongs to another user`);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`it cannot be unpacked (${failures.join('; ')})`);
}

async function unpackInto(cache: string, archives: string, folder: string): Promise<string> {
  await removeAbandoned(cache, PARTIAL);
  const { unpack } = await import('./unpack.js');
  const partial = mkdtempSync(join(cache, temporaryPrefix(PARTIAL)));
  const removePartial = () => removeFolderNow(partial);
  process.once('exit', removePartial);
  try {
    await unpack(archives, partial, { folder, cache });
    await rename(partial, folder);
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(folder)) {
      throw error;
    }
  } finally {
    await removeFolder(partial);
    process.off('exit', removePartial);
  }
  return folder;
}

function isOurs(folder: string): boolean {
  try {
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === userInfo().uid;
  } catch {
    return false;
  }
}
