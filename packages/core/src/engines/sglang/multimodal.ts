import type { Model } from '../../model/model.js';
import { factsOf } from './releases.js';
import type { SglangSettings } from './settings.js';

/** Multimodal architectures whose encoders SGLang leaves out unless `--enable-multimodal` is given. */
const TEXT_ONLY_BY_DEFAULT = [
  'Gemma3ForConditionalGeneration',
  'InklingForConditionalGeneration',
  'Llama4ForConditionalGeneration',
  'Step3VLForConditionalGeneration',
];

/** Architectures that SGLang serves as multimodal ones, whatever their config has in it. */
const MULTIMODAL: ReadonlySet<string> = new Set([
  ...['BailingMM2NativeForConditionalGeneration', 'BailingMMNativeForConditionalGeneration'],
  ...['BailingMoeV3VLForConditionalGeneration', 'CLIPModel', 'Cohere2VisionForConditionalGeneration'],
  ...['Cosmos3EdgeForConditionalGeneration', 'DeepseekOCRForCausalLM', 'DeepseekVL2ForCausalLM'],
  ...['DiffusionGemmaForBlockDiffusion', 'Dots3NoteForCausalLM', 'DotsOCRForCausalLM', 'DotsVLMForCausalLM'],
  ...['EmbeddingGemma2Model', 'Ernie4_5_VLMoeForConditionalGeneration', 'Gemma3ForConditionalGeneration'],
  ...[
    'Gemma3nForConditionalGeneration',
    'Gemma4ForConditionalGeneration',
    'Gemma4UnifiedForConditionalGeneration',
  ],
  ...[
    'Glm4vForConditionalGeneration',
    'Glm4vMoeForConditionalGeneration',
    'Glm5NextForConditionalGeneration',
  ],
  ...['GlmAsrForConditionalGeneration', 'GlmImageForConditionalGeneration', 'GlmOcrForConditionalGeneration'],
  ...['Grok1AForCausalLM', 'Grok1VForCausalLM', 'InternS1ForConditionalGeneration'],
  ...['InternS1ProForConditionalGeneration', 'InternS2MobiusForConditionalGeneration'],
  ...['InternS2PreviewForConditionalGeneration', 'InternVLChatModel', 'JetVLMForConditionalGeneration'],
  ...['KimiK25ForConditionalGeneration', 'KimiVLForConditionalGeneration', 'Lfm2VlForConditionalGeneration'],
  ...[
    'LightOnOCRForConditionalGeneration',
    'Llama4ForConditionalGeneration',
    'LlavaForConditionalGeneration',
  ],
  ...['LlavaLlamaForCausalLM', 'LlavaMistralForCausalLM', 'LlavaQwenForCausalLM', 'LlavaVidForCausalLM'],
  ...[
    'LocateAnythingForConditionalGeneration',
    'MiDashengLMModel',
    'MiMoV2ASRForCausalLM',
    'MiniCPMO',
    'MiniCPMV',
  ],
  ...['MiniMaxM3SparseForConditionalGeneration', 'Mistral3ForConditionalGeneration'],
  ...['MllamaForConditionalGeneration', 'MossVLForConditionalGeneration', 'MultiModalityCausalLM'],
  ...[
    'MuseGlimmerForConditionalGeneration',
    'MuseSparkForConditionalGeneration',
    'NVILAForConditionalGeneration',
  ],
  ...['NVILALiteForConditionalGeneration', 'NemotronH_Nano_Omni_Reasoning_V3', 'NemotronH_Nano_VL_V2'],
  ...['NemotronH_Omni_Reasoning_V3', 'POINTSV15ChatModel', 'PaddleOCRVLForConditionalGeneration'],
  ...['Phi4MMForCausalLM', 'PixtralForConditionalGeneration', 'Qwen2AudioForConditionalGeneration'],
  ...[
    'Qwen2VLForConditionalGeneration',
    'Qwen2_5_VLForConditionalGeneration',
    'Qwen3ASRForConditionalGeneration',
  ],
  ...[
    'Qwen3OmniMoeForConditionalGeneration',
    'Qwen3VLForConditionalGeneration',
    'Qwen3VLMoeForConditionalGeneration',
  ],
  ...[
    'Qwen3_5ForConditionalGeneration',
    'Qwen3_5MoeForConditionalGeneration',
    'Qwen4ExpForConditionalGeneration',
  ],
  ...['Sarashina2VisionForCausalLM', 'Step3VLForConditionalGeneration', 'Step3p7ForConditionalGeneration'],
  ...['StepVLForConditionalGeneration', 'UnlimitedOCRForCausalLM', 'VoxtralForConditionalGeneration'],
  'WhisperForConditionalGeneration',
]);

/**
 * Whether SGLang loads a model's encoders of images or sound. Since 0.5.10 it does for any config that has a text model
 * in it; before for those of known names.
 *
 * Source: sgl-project/sglang v0.5.23 and v0.5.9, `python/sglang/srt/configs/model_config.py`
 * (`multimodal_model_archs`, `mm_disabled_models`, `has_multimodal_subconfig`).
 */
export function isMultimodal({ architecture, visionEncoder }: Model, settings: SglangSettings): boolean {
  if (TEXT_ONLY_BY_DEFAULT.includes(architecture) && settings.enableMultimodal !== true) {
    return false;
  }
  return (
    MULTIMODAL.has(architecture) || (visionEncoder !== undefined && factsOf(settings).wrappersAreMultimodal)
  );
}

/** Layers and width of ViT-L/14, which encoders are measured by, and taken where a config does not say. */
const USUAL_LAYERS = 24;
const USUAL_WIDTH = 1024;

/**
 * The part of `--mem-fraction-static` that an encoder of images leaves: 0.95, a tenth of that less for each time that its
 * `layers x width^2` is beyond ViT-L/14's, and 5% more to 20% less at most.
 *
 * Source: sgl-project/sglang v0.5.23, `python/sglang/srt/arg_groups/memory_hook.py` (`adjust_mem_fraction_for_vlm`);
 * v0.4.9, `python/sglang/srt/server_args.py`.
 */
export function encoderShare(model: Model, settings: SglangSettings): number {
  const { encoderShare: rule } = factsOf(settings);
  if (rule === 'none' || !isMultimodal(model, settings)) {
    return 1;
  }
  if (rule === 'tenth') {
    return 0.9;
  }
  if (model.visionEncoder === undefined) {
    return 1;
  }
  const { numHiddenLayers = USUAL_LAYERS, hiddenSize = USUAL_WIDTH } = model.visionEncoder;
  const complexity = (numHiddenLayers * hiddenSize ** 2) / (USUAL_LAYERS * USUAL_WIDTH ** 2);
  return 0.95 * Math.max(0.8, Math.min(1.05, 1 - 0.1 * (complexity - 1)));
}
