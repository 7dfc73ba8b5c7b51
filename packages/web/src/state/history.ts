import { useEffect, useRef, useState } from 'preact/hooks';
import { formatAddress, parseAddress } from './address.js';
import type { ParsedState, State } from './state.js';

/** The browser warns of pages that write their address more often. */
const WRITE_AFTER_MS = 250;

/** The state of the page, in step with its address. */
export interface History {
  readonly state: State;
  /** What the address holds and the page does not understand, until the next change. */
  readonly problems: readonly string[];
  /**
   * Changes the newest state. Changes that follow each other, such as keys or a slider's steps, are one entry of the browser's
   * history, until `endChange` is called.
   */
  readonly change: (next: (state: State) => State) => void;
  readonly endChange: () => void;
  /** Writes the address now, for a link that is about to be copied. */
  readonly writeNow: () => void;
}

/** States by their entry in the browser's history, as long as the page lives: unlike addresses they may name dropped files. */
const entries = new Map<string, State>();

/** A name for a new entry, unlike those of this tab's earlier visits. */
function newEntry(): string {
  return `${performance.timeOrigin}-${entries.size}`;
}

export function useHistory(): History {
  const [parsed, setParsed] = useState(() => parseAddress(location.search));
  const newest = useRef(parsed);
  const writer = useRef(newWriter());
  const show = (next: ParsedState) => {
    newest.current = next;
    setParsed(next);
  };
  useEffect(() => {
    const entry = newEntry();
    entries.set(entry, newest.current.state);
    history.replaceState({ entry }, '');
    const read = (event: PopStateEvent) => {
      const { entry: left } = (event.state ?? {}) as { readonly entry?: string };
      const remembered = left === undefined ? undefined : entries.get(left);
      writer.current.forget();
      show(remembered === undefined ? parseAddress(location.search) : { state: remembered, problems: [] });
    };
    const write = () => writer.current.writeNow();
    addEventListener('popstate', read);
    addEventListener('pagehide', write);
    return () => {
      removeEventListener('popstate', read);
      removeEventListener('pagehide', write);
    };
  }, []);
  return {
    ...parsed,
    change: (next) => {
      const state = next(newest.current.state);
      writer.current.change(state);
      show({ state, problems: [] });
    },
    endChange: () => writer.current.endChange(),
    writeNow: () => writer.current.writeNow(),
  };
}

/** Puts states into the address, a little later. */
function newWriter() {
  let pending: State | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The newest entry of the history is one that a change may still replace. */
  let isChanging = false;
  let entry = '';

  const writeNow = () => {
    clearTimeout(timer);
    if (pending === undefined) {
      return;
    }
    const address = `${location.pathname}${formatAddress(pending)}`;
    entry = isChanging ? entry : newEntry();
    entries.set(entry, pending);
    history[isChanging ? 'replaceState' : 'pushState']({ entry }, '', address);
    isChanging = true;
    pending = undefined;
  };
  return {
    change: (state: State) => {
      pending = state;
      clearTimeout(timer);
      timer = setTimeout(writeNow, WRITE_AFTER_MS);
    },
    endChange: () => {
      writeNow();
      isChanging = false;
    },
    /** Drops what was not written yet: the reader has gone elsewhere. */
    forget: () => {
      clearTimeout(timer);
      pending = undefined;
      isChanging = false;
    },
    writeNow,
  };
}
