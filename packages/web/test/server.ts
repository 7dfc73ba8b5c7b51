import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Serves the built page below a path, as a static host would, and nothing else. Browsers may keep its files for ten
 * minutes.
 *
 * @param edit what is served in place of a file's content, for another build of the page.
 */
export async function servePage(
  edit: (file: string, content: Buffer) => Buffer | string = (_, content) => content,
): Promise<{ readonly address: string; readonly close: () => void }> {
  const server = createServer(async ({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const file = pathname === PATH ? 'index.html' : pathname.slice(PATH.length);
    try {
      if (!pathname.startsWith(PATH)) {
        throw new Error('outside');
      }
      const content = await readFile(join(DIST, normalize(file)));
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'cache-control': 'max-age=600',
      });
      response.end(edit(file, content));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}${PATH}`, close: () => server.close() };
}

const PATH = '/some/folder/';
