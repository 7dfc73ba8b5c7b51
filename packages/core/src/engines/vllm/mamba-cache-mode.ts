import { memoriesOf } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';
import type { Spec } from './spec.js';

/** Which states a request keeps: the last; those where a shared prefix may end; one for each block. */
export type MambaCacheMode = 'none' | 'align' | 'all';

/** Hybrids of Mamba whose classes lack `SupportsMambaPrefixCaching`. */
const WITHOUT_ALL_STATES: ReadonlySet<string> = new Set(['Plamo2ForCausalLM']);

/**
 * The mamba cache mode of a model with attention and recurrent layers. Without prefix caching `none`. With it, classes that
 * support `all` (those of Mamba and Mamba 2) take it by default up to 0.27 and by `--mamba-cache-mode all` up to 0.31; all
 * others `align`, or before 0.15, which brought that, `none`, for there vLLM turns their prefix caching off. 0.11.0 and
 * older turn it off for all.
 *
 * Source: vllm-project/vllm v0.11.0, v0.11.1, v0.15.0, v0.27.0, v0.28.0, v0.31.0, v0.32.0 and v0.33.0,
 * `vllm/model_executor/models/config.py` (`MambaModelConfig`).
 *
 * @throws InputError for `all` in a release that has it no more.
 */
export function mambaCacheModeOf(
  specs: readonly Spec[],
  model: Model,
  settings: VllmSettings,
): MambaCacheMode {
  const { cachesHybridPrefixes, alignsStates, statesOfMamba, keepsAllStates } = factsOf(settings);
  const { mambaCacheMode } = settings;
  if (!isHybrid(specs) || !(settings.enablePrefixCaching ?? cachesHybridPrefixes)) {
    return 'none';
  }
  if (mambaCacheMode === 'all' && !keepsAllStates) {
    throw new InputError(
      `This release of vLLM has no --mamba-cache-mode all; give align, or take an --engine-version that has it.`,
    );
  }
  const otherwise = alignsStates ? 'align' : 'none';
  if (!supportsAllStates(model)) {
    return otherwise;
  }
  return mambaCacheMode === 'all' || (mambaCacheMode === 'align' && alignsStates)
    ? mambaCacheMode
    : statesOfMamba;
}

function supportsAllStates({ layers, architecture }: Model): boolean {
  const recurrent = layers.flatMap(memoriesOf).filter((memory) => memory.kind === 'recurrent');
  return (
    recurrent.every(({ mechanism }) => mechanism === 'mamba' || mechanism === 'mamba2') &&
    !WITHOUT_ALL_STATES.has(architecture)
  );
}

function isHybrid(specs: readonly Spec[]): boolean {
  return specs.some(({ kind }) => kind === 'recurrent') && specs.some(({ kind }) => kind !== 'recurrent');
}
