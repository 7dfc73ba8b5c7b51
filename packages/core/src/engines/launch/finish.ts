import type { ModelRef } from '../../deployment/deployment.js';
import type { LaunchCommand } from './command.js';
import { visibleDevices } from './environment.js';
import type { Interpreted } from './interpret.js';
import type { LaunchReading } from './reading.js';
import { isSecretValue } from './secrets.js';

/** The reading that all words of a command make together. */
export function finished(
  command: LaunchCommand,
  engine: string,
  counted: ReadonlySet<string>,
  giveModel: string,
  said: Interpreted,
): LaunchReading {
  const model = said.model ?? { unknown: 'no model is named', give: giveModel };
  const open = Object.fromEntries(
    Object.entries(said.settings).filter(([, value]) => typeof value !== 'string' || !isSecretValue(value)),
  );
  const missing = [
    ...refMissing('the model', model),
    ...(said.draft === undefined ? [] : refMissing('the draft model', said.draft)),
    ...said.missing,
  ];
  return {
    program: command.program,
    deployment: {
      model,
      ...(said.draft === undefined ? {} : { draft: said.draft }),
      ...(said.projector === undefined ? {} : { projector: said.projector }),
      engine: {
        name: engine,
        ...(said.release === undefined ? {} : { release: said.release }),
        settings: Object.fromEntries(Object.entries(open).filter(([key]) => counted.has(key))),
      },
      load: said.load,
      parallelism: said.parallelism,
      devices: visibleDevices(command),
    },
    settings: open,
    words: said.words,
    missing,
    notes: said.notes,
  };
}

function refMissing(what: string, ref: ModelRef): readonly { what: string; give: string }[] {
  if (!('unknown' in ref)) {
    return [];
  }
  const isNamed = ref.unknown !== 'no model is named';
  return [
    {
      what: isNamed
        ? `${what[0]?.toUpperCase()}${what.slice(1)} is ${ref.unknown}, which cannot be looked up from here.`
        : `No model is named.`,
      give: ref.give,
    },
  ];
}
