import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { BrowserExecutable } from './browser-executable.js';
import { MissingBrowserError } from './missing.js';
import { type Pipe, pipeTo } from './pipe.js';
import { makeScratch } from './scratch.js';
import { removeFolder, removeFolderNow } from './temporary.js';

/** A browser that was started here, with all its processes. */
export interface BrowserProcess {
  readonly pipe: Pipe;
  /** For all that it and its caller write; removed when it ends. */
  readonly folder: string;
  /** Kills all its processes at once and removes the folder; never fails. The same happens when this process exits. */
  readonly end: () => Promise<void>;
}

/**
 * Playwright's own defaults for headless Chromium, as far as they matter to a page that is drawn once; without the
 * network switches Chromium asks its maker's servers for updates.
 */
const SWITCHES = [
  '--headless',
  '--no-sandbox',
  '--remote-debugging-pipe',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-breakpad',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-gpu',
  '--disable-sync',
  '--disable-quic',
  '--force-color-profile=srgb',
  '--font-render-hinting=none',
  '--hide-scrollbars',
  '--mute-audio',
  '--password-store=basic',
  '--use-mock-keychain',
  // To ask for it later costs a wait for the first, empty page to be painted.
  '--window-size=960,600',
];

/** Longer than any answer that was ever waited for, on a machine under load. */
const TIMEOUT_MS = 120_000;

const LAST_WORDS_MS = 500;

/**
 * Starts a browser as a group of processes of its own, on a pipe.
 *
 * @throws Error where the executable cannot be started, MissingBrowserError where there is no room for its files.
 */
export function startProcess(executable: BrowserExecutable): BrowserProcess {
  accessSync(executable.path, constants.X_OK);
  const folder = makeScratch();
  const child = spawn(
    executable.path,
    [...SWITCHES, `--user-data-dir=${join(folder, 'profile')}`, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      // A group of its own can be killed at once.
      detached: process.platform !== 'win32',
      env: { ...process.env, ...executable.env, ...(process.platform === 'linux' ? { TMPDIR: folder } : {}) },
    },
  );
  const endNow = () => {
    killAll(child);
    removeFolderNow(folder);
  };
  process.once('exit', endNow);

  let printed = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed = `${printed}${text}`.slice(0, 2000);
  });
  const pipe = pipeTo(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const timer = setTimeout(
    () => pipe.fail(new MissingBrowserError(`${executable.path} did not answer within two minutes.`)),
    TIMEOUT_MS,
  );
  child.once('error', (error) => pipe.fail(new MissingBrowserError(error.message)));
  child.once('exit', (code, signal) => {
    const fail = () => {
      const words = firstLine(printed);
      pipe.fail(
        new MissingBrowserError(
          `${executable.path} ended with ${signal ?? `code ${code}`}${words === '' ? '' : `: ${words}`}.`,
        ),
      );
    };
    // What it printed last may still be on its way; a child of its own may keep the way open.
    child.once('close', fail);
    setTimeout(fail, LAST_WORDS_MS).unref();
  });
  return {
    pipe,
    folder,
    end: async () => {
      clearTimeout(timer);
      killAll(child);
      // Killed is as good as gone: nothing has to wait until the kernel has put everything away.
      child.unref();
      for (const stream of child.stdio) {
        stream?.destroy();
      }
      await removeFolder(folder);
      process.off('exit', endNow);
    },
  };
}

function killAll(child: ChildProcess): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    if (process.platform === 'win32') {
      spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
    } else {
      process.kill(-child.pid, 'SIGKILL');
    }
  } catch {
    // All of them are gone.
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) ?? '';
}
