import type { KnobTexts } from '../designs/knobs.js';

/**
 * What a deployment is read from and printed to: the texts of flags, of the page's controls and of its address, under the
 * command's flag names in camelCase; absent where not said.
 */
export interface DeploymentTexts extends KnobTexts {
  readonly model?: string;
  /** Tokens of each sequence. */
  readonly context?: string;
  /** The same of all sequences together, as llama.cpp's `--ctx-size` counts them; 0 for what the model allows. */
  readonly ctxSize?: string;
  readonly sequences?: string;
  /** Of keys and values alike. */
  readonly kvDtype?: string;
  readonly keyDtype?: string;
  readonly valueDtype?: string;
  readonly engine?: string;
  readonly tp?: string;
  readonly pp?: string;
  readonly dp?: string;
  readonly cp?: string;
  readonly gpu?: string;
  readonly gpus?: string;
  readonly memory?: string;
  readonly weights?: string;
  readonly weightDtype?: string;
  readonly overhead?: string;
  /** Of the engine: its flags without dashes, and what each is set to; `on` or `off` where that is all it can be. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A text of a deployment that is one of its own, not of the engine's settings. */
export type TextName = Exclude<keyof DeploymentTexts, 'settings' | 'model'>;

/** What a caller calls a text, for messages: `--emb-dim`, `emb_dim`. */
export type NameOf = (text: TextName) => string;

/** The command's own names: `kvDtype` is `--kv-dtype`. */
export function flagOf(text: TextName): string {
  return `--${text.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The texts of parallelism, and what they are of. */
export const PARALLELISM_TEXTS = [
  ['tp', 'tensorParallel'],
  ['pp', 'pipelineParallel'],
  ['dp', 'dataParallel'],
  ['cp', 'contextParallel'],
] as const;
