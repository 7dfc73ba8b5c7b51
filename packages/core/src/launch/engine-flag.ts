import { ENGINE_FLAGS } from '../engines/all-flags.js';
import { engineSettings, knownEngine } from '../engines/all-settings.js';
import type { Meaning } from '../engines/launch/memory-flags.js';
import type { TextName } from '../settle/texts.js';

/** What an engine means by one of its flags. */
export interface EngineFlag {
  /** Its full name there: `--cache-type-k` of `-ctk`. */
  readonly flag: string;
  /** Turned off, as by `--no-kv-unified`. */
  readonly isNegated: boolean;
  /**
   * A text that a deployment is read from; a setting under its own flag; `not-modelled`, where it changes memory in a way
   * that no setting says; `no-matter`, where it changes none.
   */
  readonly means: { readonly text: TextName } | { readonly setting: string } | 'not-modelled' | 'no-matter';
}

const TEXTS: Readonly<Partial<Record<Meaning, TextName>>> = {
  contextLength: 'context',
  cacheDtype: 'kvDtype',
  keyDtype: 'keyDtype',
  valueDtype: 'valueDtype',
  tensorParallel: 'tp',
  pipelineParallel: 'pp',
  dataParallel: 'dp',
  contextParallel: 'cp',
};

/** What llama.cpp's slots say of the load, which other engines have no flag for. */
const SLOT_TEXTS: Readonly<Record<string, TextName>> = { '--ctx-size': 'ctxSize', '--parallel': 'sequences' };

/**
 * What an engine means by a flag, in any of its spellings and of any release; undefined where it has no such flag.
 *
 * @param written with its dashes: `-ctk`, `--tensor-parallel-size`.
 */
export function engineFlag(engine: string, written: string): EngineFlag | undefined {
  const flags = ENGINE_FLAGS[knownEngine(engine)];
  const found = flags?.table.byName.get(written);
  if (flags === undefined || found === undefined) {
    return undefined;
  }
  const { flag, isNegated } = found;
  const [name = written] = flag.names;
  return { flag: name, isNegated, means: meaningOf(engine, flag.names, flags.memory.get(name)) };
}

/** The names of an engine's flags that say something that is modelled. */
export function modelledFlags(engine: string): readonly string[] {
  return (ENGINE_FLAGS[knownEngine(engine)]?.table.flags ?? [])
    .flatMap(({ names }) => names)
    .filter((name) => typeof engineFlag(engine, name)?.means === 'object');
}

function meaningOf(
  engine: string,
  names: readonly string[],
  meaning: Meaning | undefined,
): EngineFlag['means'] {
  const setting = engineSettings(engine).find(({ flag }) => names.includes(flag));
  if (setting !== undefined) {
    return { setting: setting.flag };
  }
  const [name = ''] = names;
  const slots = engine === 'llama.cpp' && Object.hasOwn(SLOT_TEXTS, name) ? SLOT_TEXTS[name] : undefined;
  const text = slots ?? (meaning === undefined ? undefined : TEXTS[meaning]);
  if (text !== undefined) {
    return { text };
  }
  return meaning === undefined ? 'no-matter' : 'not-modelled';
}
