import { expect } from 'vitest';
import { changedConfig } from '../configs.js';
import { kv, type Run, temporaryFolder } from '../kv.js';
import { hubServer } from './hub-server.js';

export const CONFIG = changedConfig('meta-llama/Llama-3.1-8B', {});
export const PATH = '/org/model/resolve/main/config.json';
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const TOKEN = 'hf_secretSecretSecret';

export const server = hubServer();
export const other = hubServer();
export const home = temporaryFolder();

/** What was asked for beside the file that says whether a config without a quantization has one after all. */
export function requests() {
  return server.requests.filter(({ path }) => !path.endsWith('/hf_quant_config.json'));
}

/** Runs the command with the hub of this test, an empty Hugging Face home and a token; the token is shown nowhere. */
export async function estimate(argument = 'hf:org/model', env: Record<string, string> = {}): Promise<Run> {
  const run = await kv(['estimate', argument, '-c', '1k', '--json'], {
    env: { HF_ENDPOINT: server.url, HF_HOME: home.path, HF_TOKEN: TOKEN, ...env },
  });
  expect(run.stdout + run.stderr).not.toContain(TOKEN);
  return run;
}

export async function estimated(
  argument?: string,
  env?: Record<string, string>,
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await estimate(argument, env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** That exit code, nothing on stdout, and one line on stderr that says this. */
export async function expectFailure(
  code: 2 | 3,
  message: string | RegExp,
  env?: Record<string, string>,
  argument?: string,
) {
  const run = await estimate(argument, env);
  expect(run).toMatchObject({ code, stdout: '' });
  expect(run.stderr).toMatch(message);
  expect(run.stderr).toMatch(/^kv: [^\n]*\.\n$/);
}
