// A browser under playwright that opens one empty page.
import { launchBrowser } from '@kv/browser';

const { browser, close } = await launchBrowser();
await browser.newPage();
await close();
