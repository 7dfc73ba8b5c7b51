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
 * older turn it off for all. Speculation makes `align` the default in 0.20 and 0.21, and does not run with it before 0.17.
 *
 * Source: vllm-project/vllm v0.11.0, v0.11.1, v0.15.0, v0.16.0, v0.20.0, v0.21.0, v0.27.0, v0.28.0, v0.31.0, v0.32.0 and v0.33.0,
 * `vllm/model_executor/models/config.py` (`MambaModelConfig`).
 *
 * @throws InputError for `all` in a release that has it no more, and for speculation in one that does not run it with `align`.
 */
export function mambaCacheModeOf(
  specs: readonly Spec[],
  model: Model,
  settings: VllmSettings,
): MambaCacheMode {
  const facts = factsOf(settings);
  const { cachesHybridPrefixes, alignsStates, keepsAllStates } = facts;
  const { mambaCacheMode, numSpeculativeTokens = 0 } = settings;
  const isSpeculating = numSpeculativeTokens > 0;
  if (!isHybrid(specs) || !(settings.enablePrefixCaching ?? cachesHybridPrefixes)) {
    return 'none';
  }
  if (mambaCacheMode === 'all' && !keepsAllStates) {
    throw new InputError(
      `This release of vLLM has no --mamba-cache-mode all; give align, or take an --engine-version that has it.`,
    );
  }
  const usual = isSpeculating && facts.alignsSpeculatedMamba ? 'align' : facts.statesOfMamba;
  const isAsked = mambaCacheMode === 'all' || (mambaCacheMode === 'align' && alignsStates);
  const ofMamba = isAsked ? mambaCacheMode : usual;
  const mode = supportsAllStates(model) ? ofMamba : alignsStates ? 'align' : 'none';
  if (mode === 'align' && isSpeculating && !facts.speculatesAligned) {
    throw new InputError(
      `This release of vLLM does not speculate in the mamba cache mode align, which prefix caching takes for ${model.name}; give --no-enable-prefix-caching, or leave out numSpeculativeTokens.`,
    );
  }
  return mode;
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
