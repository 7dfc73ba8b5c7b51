import type { SettingValues } from '../deployment/deployment.js';
import { ENGINE_SETTINGS } from './all-settings.js';
import type { ExpectationRule } from './expectation.js';
import { llamacppExpectation } from './llamacpp/expected.js';
import { checkSettings, type SettingsOf } from './settings.js';
import { sglangExpectation } from './sglang/expected.js';
import { vllmExpectation } from './vllm/expected.js';

const EXPECTATIONS: {
  readonly [Name in 'llama.cpp' | 'sglang' | 'vllm']: ExpectationRule<
    SettingsOf<(typeof ENGINE_SETTINGS)[Name]>
  >;
} = { 'llama.cpp': llamacppExpectation, sglang: sglangExpectation, vllm: vllmExpectation };

/** What the rules of the engine of that name say of the figures that it logs; undefined for one that logs none. */
export function expectationNamed(name: string): ExpectationRule<SettingValues> | undefined {
  return Object.hasOwn(EXPECTATIONS, name) ? ruleOf(name as keyof typeof EXPECTATIONS) : undefined;
}

function ruleOf<Name extends keyof typeof EXPECTATIONS>(name: Name): ExpectationRule<SettingValues> {
  const rule = EXPECTATIONS[name];
  return (figure, { settings, ...request }) =>
    rule(figure, { ...request, settings: checkSettings(name, ENGINE_SETTINGS[name], settings) });
}
