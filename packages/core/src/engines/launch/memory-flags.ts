import type { FlagKind } from './flag-table.js';

/**
 * What a flag that changes memory says: which model, how much text, in which format, over how many devices; or a setting
 * under its own name.
 */
export type Meaning =
  | ('model' | 'draft' | 'projector')
  | ('contextLength' | 'cacheDtype' | 'keyDtype' | 'valueDtype')
  | ('tensorParallel' | 'pipelineParallel' | 'dataParallel' | 'contextParallel')
  | 'setting';

/** What each flag that changes memory says, by its canonical name. All others are of no matter. */
export type MemoryFlags = ReadonlyMap<string, Meaning>;

/** The table from names of settings, apart by blanks, and the meanings of the rest. */
export function memoryFlags(settings: string, meanings: Readonly<Record<string, Meaning>>): MemoryFlags {
  return new Map<string, Meaning>([
    ...settings
      .trim()
      .split(/\s+/)
      .map((name) => [name, 'setting'] as const),
    ...Object.entries(meanings),
  ]);
}

/** Whether a word must be an integer. */
export function isInteger(kind: FlagKind): boolean {
  return kind === 'int' || kind === 'human' || kind === 'human-auto';
}
