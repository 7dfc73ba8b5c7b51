import type { Model } from '../../model/model.js';
import type { RowContext } from './rows.js';
import type { SglangSettings } from './settings.js';
import type { Speculation } from './speculation.js';
import type { TokenRules } from './tokens.js';

/** What the size of the pools of a stage depends on. */
export interface PoolContext extends RowContext {
  readonly settings: SglangSettings;
  readonly tokens: TokenRules;
  /** Sequences of one data-parallel replica. */
  readonly numSequences: number;
  /** States of recurrent layers, the one that takes the writes of padding left out. */
  readonly states: number;
  readonly pipelineParallel: number;
  /** How tokens are drafted; undefined where none are. */
  readonly speculation: Speculation | undefined;
  /** The model that drafts them, where it is another and known. */
  readonly draft: Model | undefined;
}
