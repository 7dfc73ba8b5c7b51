export type { BrowserExecutable } from './browser-executable.js';
export { type BrowserRequest, firstThatWorks } from './executable.js';
export { type LaunchedBrowser, launchBrowser } from './launch.js';
export { MissingBrowserError } from './missing.js';
export { type BrowserPage, openPage } from './page.js';
export { removeAbandoned, temporaryPrefix } from './temporary.js';
