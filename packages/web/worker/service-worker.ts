/// <reference lib="webworker" />

declare const self: ServiceWorkerGlobalScope;

/** The built page's files by their addresses relative to this one, and a name that changes with them; set by the build. */
declare const PRECACHE: { readonly version: string; readonly files: readonly string[] };

const PREFIX = 'kv-';
const CACHE = `${PREFIX}${PRECACHE.version}`;
const INDEX = new URL('./', self.location.href).href;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(PRECACHE.files.map(newest))));
});

// A new version takes over when no page of the old one is open any more, so no page meets files of another version.
self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith(PREFIX) && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      ),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && request.url.startsWith(INDEX)) {
    event.respondWith(answer(request));
  }
});

/**
 * What fetches a file of this build. Names in `assets/` change with what is in them; of the others the browser may hold
 * an older build's, as long as the host lets it.
 */
function newest(file: string): Request {
  return new Request(file, { cache: file.startsWith('./assets/') ? 'default' : 'reload' });
}

/** The kept file, whatever the query of the page's address; the network for what is not kept. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request.mode === 'navigate' ? INDEX : request, { ignoreSearch: true });
  return kept ?? fetch(request);
}
