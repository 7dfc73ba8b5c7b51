import type { ReadWord } from '@kv/core/launch';
import type { CliCase } from '../cases.js';
import { note } from '../terminal/terminal.js';

/** Says on stderr what of a command is not counted, not known or not to be known; nothing of a case without one. */
export function noteLaunch({ launch }: CliCase): void {
  if (launch === undefined) {
    return;
  }
  const { words, missing, notes } = launch;
  for (const word of words) {
    const text = wordText(word);
    if (text !== undefined) {
      note(`warning ${text}`);
    }
  }
  for (const { what, give } of missing) {
    note(`warning ${what} Give ${give}.`);
  }
  for (const text of notes) {
    note(text);
  }
}

function wordText({ flag, is, note: why }: ReadWord): string | undefined {
  const because = why === undefined ? '' : `; ${why}`;
  switch (is) {
    case 'not-modelled':
      return `${flag} changes memory and is not counted yet${because}`;
    case 'unknown':
      return why ?? `${flag} is not known to the engine`;
    case 'removed':
      return why ?? `${flag} is not of this release`;
    default:
      return undefined;
  }
}

/** What a command was read as, for `--json`. */
export function launchJson({ launch, deployment }: CliCase): Record<string, unknown> {
  if (launch === undefined) {
    return {};
  }
  const { model, engine, load, parallelism } = deployment;
  const flags = (...statuses: readonly ReadWord['is'][]) =>
    launch.words.filter(({ is }) => statuses.includes(is)).map(({ flag }) => flag);
  return {
    deployment: {
      engine: engine.name,
      engineVersion: engine.release ?? null,
      model: 'id' in model ? model.id : null,
      settings: launch.settings,
      workload: {
        contextLength: load.contextLength ?? null,
        numSequences: load.numSequences ?? null,
        tensorParallel: parallelism.tensorParallel ?? 1,
        pipelineParallel: parallelism.pipelineParallel ?? 1,
        dataParallel: parallelism.dataParallel ?? 1,
        contextParallel: parallelism.contextParallel ?? 1,
        keyDtype: load.keyDtype ?? null,
        valueDtype: load.valueDtype ?? null,
      },
      ignored: flags('no-matter', 'removed'),
      notModelled: flags('not-modelled'),
      unknown: flags('unknown'),
    },
  };
}
