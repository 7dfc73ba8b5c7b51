import { fileURLToPath } from 'node:url';
import { InputError } from '@kv/core';
import type { DeploymentOptions } from '../deployments.js';
import { note, print } from '../terminal/terminal.js';
import { pageQuery } from '../web/query.js';
import { serveFolder } from '../web/serve.js';

/** What `kv web` understands beside geometry and workload. */
export interface WebOptions {
  readonly port?: string;
  readonly open: boolean;
}

/** The built page, beside the command's own files. */
const PAGE = fileURLToPath(new URL('../page', import.meta.url));

/** `kv web`: serves the page to this machine until it is interrupted, and opens it with what the flags say. */
export async function webCommand(
  models: readonly string[],
  options: WebOptions & DeploymentOptions,
): Promise<void> {
  const query = await pageQuery(models, options);
  const address = `${await serveFolder(PAGE, portFrom(options.port))}${query}`;
  print(address);
  note('Serving to this machine; Ctrl-C ends it.');
  if (options.open) {
    await openInBrowser(address);
  }
}

function portFrom(text: string | undefined): number {
  const port = Number(text ?? '0');
  if (text !== undefined && (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)) {
    throw new InputError(`--port is "${text}"; it must be a number from 1 to 65535.`);
  }
  return port;
}

/** A machine without anything to open an address with has it printed already. */
async function openInBrowser(address: string): Promise<void> {
  const { default: open } = await import('open');
  try {
    await open(address);
  } catch {
    note('Nothing here opens a browser; open the address in one.');
  }
}
