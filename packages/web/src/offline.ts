/** Keeps the page's own files in the browser, so that it opens without a network after the first visit. */
export function keepOffline(): void {
  if (import.meta.env.PROD && 'serviceWorker' in navigator) {
    addEventListener('load', () => {
      // A browser that refuses, as in some private windows, shows the page all the same.
      navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI)).catch(() => {});
    });
  }
}
