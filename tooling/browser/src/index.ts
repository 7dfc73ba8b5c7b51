export type { BrowserRequest } from './executable.js';
export { type LaunchedBrowser, type LaunchRequest, launchBrowser, MissingBrowserError } from './launch.js';
