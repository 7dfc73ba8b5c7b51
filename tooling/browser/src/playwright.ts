/** Playwright, loaded only where a browser is needed: it takes longer than everything else that `kv` loads. */
export function loadPlaywright(): Promise<typeof import('playwright')> {
  return import('playwright');
}
