import type { PythonValue } from '../text/python-literal.js';
import type { LogReading } from './log-reading.js';

/** Arguments that only say how a log, a server or a test is set up, or that repeat the model. */
const LEFT_OUT = new Set([
  'model',
  'model_tag',
  'model_path',
  'tokenizer',
  'tokenizer_path',
  'served_model_name',
]);

/** What a settled config of vLLM calls otherwise than its flag. */
const RENAMED: Readonly<Record<string, string>> = { max_seq_len: 'max_model_len' };

/**
 * The engine's arguments as the log says them, in the form in which they are typed: `--max-model-len 65536`. Those of
 * llama.cpp, which prints no arguments, are read off the lines of its context.
 */
export function argumentsOfLog(reading: LogReading): readonly string[] {
  return reading.engine === 'llama.cpp' ? contextArguments(reading) : pythonArguments(reading.arguments);
}

function pythonArguments(values: LogReading['arguments']): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (LEFT_OUT.has(name) || value === null) {
      return [];
    }
    const flag = `--${(RENAMED[name] ?? name).replaceAll('_', '-')}`;
    if (typeof value === 'boolean') {
      return [value ? flag : flag.replace(/^--/, '--no-')];
    }
    return [flag, textOf(value)];
  });
}

function textOf(value: Exclude<PythonValue, null | boolean>): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value).replace(/^torch\./, '');
}

const CONTEXT_FLAGS: Readonly<Record<string, string>> = {
  ctxSize: '--ctx-size',
  ubatchSize: '--ubatch-size',
  numSequences: '--parallel',
};

function contextArguments({ lines, arguments: found }: LogReading): readonly string[] {
  const flags = Object.entries(CONTEXT_FLAGS).flatMap(([quantity, flag]) => {
    const value = lines.find((line) => line.quantity === quantity)?.value;
    return value === undefined ? [] : [flag, String(value)];
  });
  const { keyType, valueType } = found;
  return [
    ...flags,
    ...(typeof keyType === 'string' ? ['--cache-type-k', keyType] : []),
    ...(typeof valueType === 'string' ? ['--cache-type-v', valueType] : []),
  ];
}
