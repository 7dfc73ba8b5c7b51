import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-fs';
import type { BrowserExecutable } from './executable.js';

/**
 * The headless Chromium that the npm package `@sparticuz/chromium` carries, unpacked once into the user's cache.
 *
 * The package's own unpacking writes straight to a fixed path in the shared temporary folder, where another user can
 * put a file first and a second process can start a half-written browser; here the folder belongs to the user and
 * appears whole, by one rename.
 *
 * @param onUnpack called before the archives are unpacked, not when they already are.
 */
export async function unpackEmbeddedChromium(onUnpack?: () => void): Promise<BrowserExecutable> {
  const packageRoot = dirname(
    dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'))),
  );
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const cache = await cacheFolder();
  const folder = join(cache, `chromium-${version}`);
  if (!(await exists(folder))) {
    onUnpack?.();
    await unpack(join(packageRoot, 'bin'), cache, folder);
  }
  return {
    path: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

async function unpack(archives: string, cache: string, folder: string): Promise<void> {
  const partial = await mkdtemp(join(cache, 'chromium-partial-'));
  const removePartial = () => rmSync(partial, { recursive: true, force: true });
  process.once('exit', removePartial);
  try {
    const executable = join(partial, 'chromium');
    await Promise.all([
      decompress(join(archives, 'chromium.br'), createWriteStream(executable)),
      decompress(join(archives, 'fonts.tar.br'), extract(join(partial, 'fonts'))),
      decompress(join(archives, 'al2023.tar.br'), extract(join(partial, 'al2023'))),
      writeFile(join(partial, 'fonts.conf'), fontConfiguration(join(folder, 'fonts'), cache)),
    ]);
    await chmod(executable, 0o700);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(folder))) {
      throw error;
    }
  } finally {
    process.off('exit', removePartial);
  }
}

function decompress(archive: string, target: NodeJS.WritableStream): Promise<void> {
  return pipeline(createReadStream(archive), createBrotliDecompress({ chunkSize: 2 ** 21 }), target);
}

/** The system's fonts, and the browser's own for machines that have none. */
function fontConfiguration(fonts: string, cache: string): string {
  const folders = [
    '/usr/share/fonts',
    '/usr/local/share/fonts',
    join(homedir(), '.local', 'share', 'fonts'),
    fonts,
  ];
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
    '<fontconfig>',
    ...folders.map((folder) => `  <dir>${escapeXml(folder)}</dir>`),
    `  <cachedir>${escapeXml(join(cache, 'fontconfig'))}</cachedir>`,
    '</fontconfig>',
    '',
  ].join('\n');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The user's cache folder, or one of their own under the temporary folder where the home folder cannot be written. */
async function cacheFolder(): Promise<string> {
  const home = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kv');
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    return home;
  } catch {
    const { uid } = userInfo();
    const folder = join(tmpdir(), `kv-${uid}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    if (!found.isDirectory() || found.uid !== uid) {
      throw new Error(`${folder} belongs to another user, so no browser can be unpacked there.`);
    }
    return folder;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
