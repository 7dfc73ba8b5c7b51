// The least that a PDF of a figure takes: a browser, an empty page, Plotly, one figure, one print; nothing is found,
// checked or put away. Run with a browser, a page that holds Plotly, a figure's JSON and the file to write.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [executable, page, figure, out] = process.argv.slice(2);
const browser = spawn(
  executable,
  [
    ...['--headless', '--no-sandbox', '--remote-debugging-pipe', '--disable-gpu', '--disable-extensions'],
    ...['--disable-background-networking', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    `--user-data-dir=${mkdtempSync(join(dirname(out), 'profile-'))}`,
    'about:blank',
  ],
  { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true },
);
const waiting = new Map();
let text = '';
browser.stdio[4].setEncoding('utf8').on('data', (part) => {
  const messages = `${text}${part}`.split('\0');
  text = messages.pop();
  for (const { id, result } of messages.map((message) => JSON.parse(message))) {
    waiting.get(id)?.(result);
  }
});
let sent = 0;
const send = (method, params = {}, sessionId = undefined) =>
  new Promise((resolve) => {
    sent += 1;
    waiting.set(sent, resolve);
    browser.stdio[3].write(`${JSON.stringify({ id: sent, method, params, sessionId })}\0`);
  });

const { targetInfos } = await send('Target.getTargets');
const { targetId } = targetInfos.find(({ type }) => type === 'page');
const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
const evaluate = (expression) => send('Runtime.evaluate', { expression, awaitPromise: true }, sessionId);
await send('Page.navigate', { url: pathToFileURL(page).href }, sessionId);
await evaluate(
  `new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))`,
);
const { data, layout } = JSON.parse(readFileSync(figure, 'utf8'));
await evaluate(
  `Plotly.newPlot('figure', ${JSON.stringify(data)}, ${JSON.stringify(layout)}, { staticPlot: true })`,
);
const pdf = await send(
  'Page.printToPDF',
  { paperWidth: 10, paperHeight: 6.25, marginTop: 0, marginBottom: 0, marginLeft: 0, marginRight: 0 },
  sessionId,
);
writeFileSync(out, Buffer.from(pdf.data, 'base64'));
process.kill(-browser.pid, 'SIGKILL');
