const listeners = new Set<() => void>();

/** Calls the listener after every change of what is known, until the function that it returns is called. */
export function onChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Says that something is known that was not. */
export function changed(): void {
  for (const listener of listeners) {
    listener();
  }
}
