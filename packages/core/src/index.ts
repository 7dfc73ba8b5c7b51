export * from './attention.js';
export * from './batch-grid.js';
export * from './case.js';
export * from './compare.js';
export * from './describe.js';
export * from './designs.js';
export * from './dtype.js';
export * from './engine.js';
export { ENGINE_NAMES, engineSettings } from './engine-settings.js';
export { ideal } from './engines/ideal.js';
export { LLAMACPP_SETTINGS, type LlamacppSettings } from './engines/llamacpp/settings.js';
export { llamacpp } from './engines/llamacpp.js';
export { type SglangCapacity, sglangCapacity } from './engines/sglang/capacity.js';
export { SGLANG_SETTINGS, type SglangSettings } from './engines/sglang/settings.js';
export { sglang } from './engines/sglang.js';
export { type VllmCapacity, vllmCapacity } from './engines/vllm/capacity.js';
export { VLLM_SETTINGS, type VllmSettings } from './engines/vllm/settings.js';
export { vllm } from './engines/vllm.js';
export * from './engines.js';
export * from './errors.js';
export * from './estimate.js';
export { checkInteger } from './exact.js';
export * from './figure.js';
export * from './figure-batch.js';
export * from './figure-fit.js';
export * from './figure-labelled.js';
export * from './figure-layers.js';
export * from './figure-pools.js';
export * from './figure-savings.js';
export {
  FIGURE_CONFIG,
  FIGURE_FONT,
  type Figure,
  type FigureStyle,
  NARROW_WIDTH,
  strokeAt,
} from './figure-style.js';
export * from './figure-table.js';
export * from './fit.js';
export { type ConfigOrigin, modelFromConfig } from './import/config.js';
export { parseConfigText } from './import/config-text.js';
export { type GgufMetadata, type GgufTensor, modelFromGguf } from './import/gguf.js';
export { lacksQuantization, withHfQuantConfig } from './import/hf-quant-config.js';
export { weightsFromSafetensorsHeader } from './import/weights/safetensors-header.js';
export { weightsFromSafetensorsIndex } from './import/weights/safetensors-index.js';
export * from './knobs.js';
export * from './layer.js';
export * from './mha-equivalent.js';
export * from './model.js';
export * from './nearest.js';
export * from './numbers.js';
export * from './settings.js';
export * from './sweep.js';
export * from './units.js';
export { weightsInDtype } from './weights.js';
export * from './workload.js';
