import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js';
import type { BrowserExecutable } from './browser-executable.js';
import { type BrowserRequest, firstThatWorks } from './executable.js';
import { MissingBrowserError } from './missing.js';
import { type BrowserProcess, startProcess } from './process.js';
import { removeAbandonedScratch } from './scratch.js';

type Commands = ProtocolMapping.Commands;

/** A page in a headless browser of its own. */
export interface BrowserPage {
  /** Sends the page a command of the Chrome DevTools Protocol. */
  readonly send: <Method extends keyof Commands>(
    method: Method,
    params?: Commands[Method]['paramsType'][0],
  ) => Promise<Commands[Method]['returnType']>;
  /** Shows that HTML, loaded with all that it names. */
  readonly show: (html: string) => Promise<void>;
  /** Runs a function in the page, which sees nothing but its argument, and returns what it resolves to, as JSON. */
  readonly evaluate: <Argument, Result>(
    work: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ) => Promise<Result>;
  /** Ends the browser, which the process outlives until all of it is gone; it never fails. */
  readonly close: () => Promise<void>;
}

/**
 * Opens an empty page in the first browser that works.
 *
 * Playwright does as much, but loading it takes longer than a browser takes to start and to print a page, so that it is
 * left to tests.
 *
 * @throws MissingBrowserError where none works; so does everything that is asked of the page where its browser ends.
 */
export function openPage(request: BrowserRequest = {}): Promise<BrowserPage> {
  return firstThatWorks(request, pageOf);
}

async function pageOf(executable: BrowserExecutable): Promise<BrowserPage> {
  const browser = startProcess(executable);
  const cleaned = removeAbandonedScratch();
  const close = async () => {
    await Promise.all([browser.end(), cleaned]);
  };
  try {
    const session = await attach(browser);
    browser.pipe.on('Inspector.targetCrashed', () =>
      browser.pipe.fail(new MissingBrowserError(`${executable.path}: its page crashed.`)),
    );
    const send: BrowserPage['send'] = (method, params) => browser.pipe.send(method, params, session);
    // Nothing waits for the answer: a page that is asked before it is there answers late.
    send('Inspector.enable').catch(() => {});
    const evaluate: BrowserPage['evaluate'] = async (work, argument) => {
      const { result, exceptionDetails } = await send('Runtime.evaluate', {
        expression: `(${work})(${JSON.stringify(argument)})`,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined) {
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      }
      return result.value;
    };
    return {
      send,
      evaluate,
      show: async (html) => {
        const file = join(browser.folder, 'page.html');
        writeFileSync(file, html);
        await send('Page.navigate', { url: pathToFileURL(file).href });
        await evaluate(
          () =>
            new Promise<void>((resolve) => {
              if (document.readyState === 'complete') {
                resolve();
              } else {
                addEventListener('load', () => resolve());
              }
            }),
          undefined,
        );
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The session of the browser's first page. */
async function attach({ pipe }: BrowserProcess): Promise<string> {
  const { targetInfos } = await pipe.send('Target.getTargets');
  const { targetId } =
    targetInfos.find(({ type }) => type === 'page') ??
    (await pipe.send('Target.createTarget', { url: 'about:blank' }));
  const { sessionId } = await pipe.send('Target.attachToTarget', { targetId, flatten: true });
  return sessionId;
}
