import type { SettingValues } from '../deployment/deployment.js';
import { ENGINE_SETTINGS, type EngineName, knownEngine } from './all-settings.js';
import { assumedBudget, type BudgetRule } from './budget.js';
import { llamacppBudget } from './llamacpp/budget.js';
import { checkSettings, type SettingsOf } from './settings.js';
import { sglangBudget } from './sglang/budget.js';
import { vllmBudget } from './vllm/budget.js';

const BUDGETS: {
  readonly [Name in EngineName]: BudgetRule<SettingsOf<(typeof ENGINE_SETTINGS)[Name]>>;
} = {
  ideal: assumedBudget,
  'llama.cpp': ({ model, workload, settings, device }) =>
    llamacppBudget(model, workload, settings, {
      devices: Array.from({ length: workload.pipelineParallel }, () => ({ total: device.total })),
      flags: {},
    }),
  sglang: sglangBudget,
  transformers: assumedBudget,
  vllm: (request) => [vllmBudget(request)],
};

/**
 * How the engine of that name divides the memory of devices.
 *
 * @throws InputError for an unknown name, with the nearest known one.
 */
export function budgetNamed(name: string): BudgetRule<SettingValues> {
  return ruleOf(knownEngine(name));
}

function ruleOf<Name extends EngineName>(name: Name): BudgetRule<SettingValues> {
  const rule = BUDGETS[name];
  return ({ settings, ...request }) =>
    rule({ ...request, settings: checkSettings(name, ENGINE_SETTINGS[name], settings) });
}
