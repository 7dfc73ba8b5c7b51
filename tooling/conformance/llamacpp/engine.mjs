import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { writeSparseGguf } from './gguf.mjs';
import { VOCABULARY } from './vocabulary.mjs';

/**
 * Runs in a process of its own, since the engine may abort: loads one model of zeros, makes each context that is
 * asked for and sends what the engine logged. Its input is `{ path, metadata, contexts, noAlloc, optionalTensors }`; `noAlloc` has the
 * engine size its caches without taking the memory, which it can do for plain attention only.
 * `optionalTensors` are those that the engine loads without and needs to run.
 */
process.once('message', async ({ path, metadata, contexts, noAlloc, optionalTensors = {} }) => {
  const lines = [];
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.debug,
    logger: (_level, message) => lines.push(...message.split('\n')),
  });
  const { AddonModel, AddonContext } = llama._bindings;

  /** What the engine logs while something is done; its lines arrive a little later. */
  async function logged(action) {
    lines.length = 0;
    let done;
    try {
      done = await action();
    } catch (error) {
      lines.push(String(error));
    }
    let seen = -1;
    while (seen !== lines.length || (!done && !lines.some((line) => /rror|failed/.test(line)))) {
      seen = lines.length;
      await setTimeout(done ? 20 : 5);
    }
    return { done, lines: [...lines] };
  }

  const tensors = { ...optionalTensors };
  let model;
  try {
    for (let attempt = 0; model === undefined; attempt++) {
      writeSparseGguf(path, { ...VOCABULARY, ...metadata }, tensors);
      const candidate = new AddonModel(path, {
        addonExports: llama._bindings,
        gpuLayers: 0,
        noAlloc,
        useMmap: true,
      });
      const { done, lines: log } = await logged(() => candidate.init());
      if (done) {
        model = candidate;
      } else {
        await candidate.dispose();
        addTensor(tensors, log, attempt);
      }
    }
    for (const { options, ...rest } of contexts) {
      let context;
      const { done, lines: log } = await logged(async () => {
        context = new AddonContext(model, options);
        return await context.init();
      });
      await send({ ...rest, options, created: done === true, log });
      if (done) await context.dispose();
    }
  } catch (error) {
    await send({ error: String(error?.message ?? error) });
  } finally {
    rmSync(path, { force: true });
  }
  process.exit(0);
});

/** Resolves when the message has left, so that an exit or abort does not lose it. */
function send(message) {
  return new Promise((resolve) => process.send(message, resolve));
}

/** Adds the tensor that the engine missed, or gives it the shape that the engine expected. */
function addTensor(tensors, log, attempt) {
  const message = log.join('\n');
  const missing = /(?:missing tensor '([^']+)'|tensor '([^']+)' not found)/
    .exec(message)
    ?.slice(1)
    .find(Boolean);
  if (missing !== undefined && attempt < 20_000) {
    tensors[missing] = shapeOfSibling(tensors, missing) ?? [1];
    return;
  }
  const wrong = /tensor '([^']+)' has wrong shape; expected\s+([\d, ]+), got/.exec(message);
  if (wrong !== null) {
    tensors[wrong[1]] = wrong[2].split(',').map(Number);
    return;
  }
  throw new Error(`The engine does not load the model: ${log.slice(-6).join(' | ')}`);
}

function shapeOfSibling(tensors, name) {
  const suffix = name.replace(/^blk\.\d+\./, '');
  const sibling = Object.keys(tensors).findLast((other) => other.replace(/^blk\.\d+\./, '') === suffix);
  return sibling === undefined ? undefined : tensors[sibling];
}
