import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

const FILE = 'service-worker.js';

/** Builds the service worker and tells it which files the page consists of. */
export function serviceWorker(source: string, publicFiles: readonly string[]): Plugin {
  return {
    name: 'kv-service-worker',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'chunk', id: source, fileName: FILE });
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const worker = bundle[FILE];
        if (worker?.type !== 'chunk') {
          this.error(`The build made no ${FILE}.`);
        }
        const hash = createHash('sha256');
        const files = Object.values(bundle)
          .filter(({ fileName }) => fileName !== FILE)
          .map((file) => {
            hash.update(file.fileName).update(file.type === 'chunk' ? file.code : file.source);
            return file.fileName === 'index.html' ? './' : `./${file.fileName}`;
          });
        const precache = {
          version: hash.digest('hex').slice(0, 16),
          files: [...files, ...publicFiles.map((name) => `./${name}`)],
        };
        worker.code = `const PRECACHE = ${JSON.stringify(precache)};\n${worker.code}`;
      },
    },
  };
}
