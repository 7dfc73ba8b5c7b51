export * from './deployment/budget.js';
export type * from './deployment/deployment.js';
export type { DeviceGroup } from './deployment/shards.js';
export { isDtypeFormat, parseWeightFormat, type WeightFormat } from './deployment/weight-format-names.js';
export { weightsInFormat } from './deployment/weight-formats.js';
export { weightsInDtype } from './deployment/weights-on-devices.js';
export * from './deployment/workload.js';
export * from './designs/attention.js';
export * from './designs/designs.js';
export * from './designs/knobs.js';
export { SEED_TITLE } from './designs/seed-title.js';
export { budgetNamed } from './engines/all-budgets.js';
export * from './engines/all-engines.js';
export { ENGINE_NAMES, engineSettings } from './engines/all-settings.js';
export { assumedBudget, type BudgetRequest, type BudgetRule } from './engines/budget.js';
export * from './engines/contract.js';
export { ideal } from './engines/ideal/engine.js';
export { FIT_MARGIN_BYTES, type LlamacppDeployment, llamacppBudget } from './engines/llamacpp/budget.js';
export { type ComputeBuffers, computeBuffers, type RunOptions } from './engines/llamacpp/compute-buffers.js';
export { llamacpp } from './engines/llamacpp/engine.js';
export {
  type FitQuestion,
  type FittedPlacement,
  fittedPlacement,
} from './engines/llamacpp/fitted-placement.js';
export { placedCache } from './engines/llamacpp/placed-cache.js';
export { type Placement, type PlacementFlags, placementOf } from './engines/llamacpp/placement.js';
export { LLAMACPP_SETTINGS, type LlamacppSettings } from './engines/llamacpp/settings.js';
export { placedWeights } from './engines/llamacpp/weights.js';
export * from './engines/settings.js';
export { type SglangBudgetRequest, sglangBudget } from './engines/sglang/budget.js';
export { type SglangCapacity, sglangCapacity } from './engines/sglang/capacity.js';
export { sglang } from './engines/sglang/engine.js';
export { type SglangLinesCase, sglangLogLines } from './engines/sglang/log-lines.js';
export { SGLANG_SETTINGS, type SglangSettings } from './engines/sglang/settings.js';
export { speculationOf as sglangSpeculation } from './engines/sglang/speculation.js';
export { type VllmBudgetRequest, type VllmMemorySettings, vllmBudget } from './engines/vllm/budget.js';
export { type VllmCapacity, vllmCapacity } from './engines/vllm/capacity.js';
export { vllm } from './engines/vllm/engine.js';
export { vllmLogLines } from './engines/vllm/log-lines.js';
export { VLLM_SETTINGS, type VllmSettings } from './engines/vllm/settings.js';
export * from './estimate/batch-grid.js';
export * from './estimate/case.js';
export * from './estimate/compare.js';
export * from './estimate/estimate.js';
export * from './estimate/sweep.js';
export * from './figures/batch.js';
export * from './figures/context.js';
export * from './figures/fit.js';
export * from './figures/labelled-context.js';
export * from './figures/layers.js';
export * from './figures/pools.js';
export * from './figures/savings.js';
export {
  FIGURE_CONFIG,
  FIGURE_FONT,
  type Figure,
  type FigureStyle,
  NARROW_WIDTH,
  strokeAt,
} from './figures/style.js';
export * from './figures/subtitle.js';
export * from './figures/table.js';
export { type FitRequest, fullestOf, weightsOf } from './fit/budget.js';
export * from './fit/by-dtype.js';
export * from './fit/engine-log.js';
export * from './fit/fit.js';
export * from './fit/fitting.js';
export { largestContextOf, mostSequencesOf } from './fit/search.js';
export type { Device } from './gpus/gpu.js';
export { type ConfigOrigin, modelFromConfig } from './import/config.js';
export { parseConfigText } from './import/config-text.js';
export { type GgufMetadata, type GgufTensor, modelFromGguf } from './import/gguf.js';
export { lacksQuantization, withHfQuantConfig } from './import/hf-quant-config.js';
export { weightsFromSafetensorsHeader } from './import/weights/safetensors-header.js';
export { weightsFromSafetensorsIndex } from './import/weights/safetensors-index.js';
export * from './model/describe.js';
export * from './model/dtype.js';
export * from './model/geometry.js';
export * from './model/layer.js';
export * from './model/mha-equivalent.js';
export * from './model/model.js';
export * from './settle/print.js';
export * from './settle/read.js';
export * from './settle/settle.js';
export * from './settle/texts.js';
export * from './text/errors.js';
export { checkInteger } from './text/exact.js';
export { given } from './text/given.js';
export * from './text/nearest.js';
export * from './text/numbers.js';
export * from './text/quantity.js';
export * from './text/units.js';
