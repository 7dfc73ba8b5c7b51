import type { LaunchCommand, LaunchProgram } from '../engines/launch/command.js';
import { argumentsOfLog } from './arguments-of-log.js';
import type { LogReading } from './log-reading.js';

const PROGRAMS: Readonly<Record<string, LaunchProgram>> = {
  vllm: 'vllm',
  sglang: 'sglang',
  'llama.cpp': 'llama-server',
};

/** The command that a log is of, as far as the log says it; undefined where no engine is known. */
export function launchOfLog(reading: LogReading): LaunchCommand | undefined {
  const { engine = '', model = '' } = reading;
  const program = PROGRAMS[engine];
  if (program === undefined) {
    return undefined;
  }
  const named = { vllm: [model], sglang: ['--model-path', model] }[engine] ?? [];
  const argv = [...(model === '' ? [] : named), ...argumentsOfLog(reading)];
  return { program, argv: argv.map((text) => ({ text })), env: {} };
}
