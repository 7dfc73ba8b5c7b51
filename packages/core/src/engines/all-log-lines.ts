import { ENGINE_SETTINGS, type EngineName, knownEngine } from './all-settings.js';
import type { BudgetRequest } from './budget.js';
import { llamacppLogLines } from './llamacpp/log-lines.js';
import { checkSettings, type SettingsOf } from './settings.js';
import { sglangCapacity } from './sglang/capacity.js';
import { sglangLogLines } from './sglang/log-lines.js';
import { vllmLogLines } from './vllm/log-lines.js';

type LogLinesRule<Settings> = (request: BudgetRequest<Settings>, availableBytes: number) => readonly string[];

/** Engines that log nothing about their cache have no rule. */
const LOG_LINES: {
  readonly [Name in EngineName]?: LogLinesRule<SettingsOf<(typeof ENGINE_SETTINGS)[Name]>>;
} = {
  'llama.cpp': ({ model, workload, settings }) => llamacppLogLines(model, workload, settings),
  sglang: ({ model, workload, settings, device }, availableBytes) =>
    sglangLogLines({
      ...{ model, workload, settings, device },
      capacity: sglangCapacity(model, workload, settings, availableBytes),
    }),
  vllm: ({ model, workload, settings }, availableBytes) =>
    vllmLogLines(model, workload, settings, availableBytes),
};

/**
 * The lines about its cache that the engine of that name logs when it starts with so much memory for it.
 *
 * @throws InputError where the engine cannot run this.
 */
export function engineLogLines(
  name: string,
  { settings, ...request }: BudgetRequest,
  availableBytes: number,
): readonly string[] {
  return linesOf(knownEngine(name), { settings, ...request }, availableBytes);
}

function linesOf<Name extends EngineName>(
  name: Name,
  { settings, ...request }: BudgetRequest,
  availableBytes: number,
): readonly string[] {
  const values = checkSettings(name, ENGINE_SETTINGS[name], settings as Readonly<Record<string, string>>);
  return LOG_LINES[name]?.({ ...request, settings: values }, availableBytes) ?? [];
}
