import type { Model } from '../../model/model.js';
import { isSince, type VllmSettings } from './settings.js';

/**
 * The last minor release of 0 that has a model class for architectures of which later ones have none. They still run
 * some of these through the classes of transformers, in another way than is counted here.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/model_executor/models/registry.py` (`_PREVIOUSLY_SUPPORTED_MODELS`).
 */
const LAST_MINOR: Readonly<Record<string, number>> = {
  MllamaForConditionalGeneration: 10,
  Phi4FlashForCausalLM: 10,
  Phi4MultimodalForCausalLM: 12,
  JAISLMHeadModel: 22,
  BaiChuanForCausalLM: 23,
  BaichuanForCausalLM: 23,
  BambaForCausalLM: 23,
  Dots1ForCausalLM: 23,
  InternLMForCausalLM: 23,
  MiniMaxForCausalLM: 23,
  MiniMaxM1ForCausalLM: 23,
  MiniMaxText01ForCausalLM: 23,
  QWenLMHeadModel: 23,
  XverseForCausalLM: 23,
  AquilaForCausalLM: 24,
  Grok1ForCausalLM: 24,
  Grok1ModelForCausalLM: 24,
  PersimmonForCausalLM: 25,
  TeleChatForCausalLM: 25,
  Plamo2ForCausalLM: 26,
  ArcticForCausalLM: 28,
  ChameleonForConditionalGeneration: 28,
  MPTForCausalLM: 28,
  MptForCausalLM: 28,
  RWForCausalLM: 28,
  StableLMEpochForCausalLM: 28,
};

/** What a reader must know of a model that the release has no class for. */
export function removalWarnings({ architecture }: Model, settings: VllmSettings): readonly string[] {
  const last = Object.hasOwn(LAST_MINOR, architecture) ? LAST_MINOR[architecture] : undefined;
  return last === undefined || !isSince(settings, last + 1)
    ? []
    : [
        `vLLM has no class for ${architecture} since 0.${last + 1}; this is counted as if it had. Take --engine-version 0.${last}.`,
      ];
}
