import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, open, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-fs';

/**
 * Unpacks the archives of `@sparticuz/chromium` into a folder, to the disk and not only to its cache.
 *
 * @param archives where they are.
 * @param target the folder that is filled.
 * @param places the path that the folder will have, and the folder that the browser's fonts may be cached in.
 */
export async function unpack(
  archives: string,
  target: string,
  { folder, cache }: { readonly folder: string; readonly cache: string },
): Promise<void> {
  const executable = join(target, 'chromium');
  await Promise.all([
    decompress(join(archives, 'chromium.br'), createWriteStream(executable)),
    decompress(join(archives, 'fonts.tar.br'), extract(join(target, 'fonts'))),
    decompress(join(archives, 'al2023.tar.br'), extract(join(target, 'al2023'))),
    writeFile(join(target, 'fonts.conf'), fontConfiguration(join(folder, 'fonts'), cache)),
  ]);
  await chmod(executable, 0o700);
  const file = await open(executable, 'r');
  await file.sync();
  await file.close();
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
