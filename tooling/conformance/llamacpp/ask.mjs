import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { readLog } from './log.mjs';

const ENGINE = fileURLToPath(new URL('engine.mjs', import.meta.url));

/**
 * What the engine says about the contexts of one model: for each the figures that it logs, or the lines that it logs where
 * it refuses. An engine that aborts is started again for the contexts that are left.
 *
 * @param folder for files of the run, none of which is needed afterwards but `model.gguf`.
 * @param contexts as `llama_context_params`.
 * @param plan devices to plan for, where there are any: their memory in bytes, the libraries, the model's parameters.
 * @throws Error where the engine cannot make the model.
 */
export async function ask({ metadata, kinds, optional }, contexts, folder, plan) {
  const results = [];
  let tensors;
  while (results.length < contexts.length) {
    const first = results.length;
    const request = { metadata, kinds, optional, tensors, contexts: contexts.slice(first), plan };
    const told = await start(request, folder);
    const failure = told.find(({ error }) => error !== undefined);
    tensors ??= told.find((message) => message.tensors !== undefined)?.tensors;
    if (failure !== undefined || tensors === undefined) {
      throw new Error(failure?.error ?? 'the engine stopped before it made the model');
    }
    let lines = [];
    for (const { context, log, buffers, made } of told) {
      if (context !== undefined) {
        lines = [];
        results.push({ lines });
      }
      if (log !== undefined) lines.push(log);
      if (buffers !== undefined) results[results.length - 1].buffers = buffers;
      if (made !== undefined) results[results.length - 1].made = made;
    }
    if (results.length === first) {
      throw new Error('the engine stopped before it made a context');
    }
  }
  return results.map(({ lines, made, buffers }) => ({
    lines,
    buffers,
    figures: made === false ? undefined : readLog(lines),
  }));
}

/** What one process told before it ended, in whatever way. */
function start(request, folder) {
  const answers = join(folder, 'answers');
  const child = spawn(
    execPath,
    [ENGINE, JSON.stringify({ ...request, answers, path: join(folder, 'model.gguf') })],
    {
      stdio: 'ignore',
      env: { ...process.env, GGML_NO_BACKTRACE: '1', PLAN_DEVICES: request.plan?.devices.join(',') ?? '' },
    },
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => {
      const lines = readFileSync(answers, 'utf8').split('\n');
      // An engine that aborts may leave half a line, the last one.
      resolve(lines.slice(0, -1).map((line) => JSON.parse(line)));
    });
  });
}
