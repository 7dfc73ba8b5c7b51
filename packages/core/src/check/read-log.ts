import { ENGINE_LOGS } from '../engines/all-logs.js';
import type { EngineLog, LogUnit } from '../engines/log-pattern.js';
import { type PythonValue, parsePython } from '../text/python-literal.js';
import type { LogLine, LogReading } from './log-reading.js';

/** Longer lines are not an engine's. */
const MAX_LINE = 65_536;

/** More figures than that are not of one start. */
const MAX_LINES = 10_000;

/** Reads a log piece by piece, keeping only what it knows, so that a log of any length takes little memory. */
export interface LogReader {
  /** The next piece of the text, cut anywhere. */
  readonly write: (piece: string) => void;
  /** What the log says so far; the last line is taken as whole. */
  readonly end: () => LogReading;
}

/** What a start-up log of vLLM, SGLang, llama.cpp or Ollama says. */
export function readLog(text: string): LogReading {
  const reader = logReader();
  reader.write(text);
  return reader.end();
}

/** A reader of a log that comes in pieces. */
export function logReader(): LogReader {
  const found: Map<EngineLog, Found> = new Map(ENGINE_LOGS.map((log) => [log, newFound()]));
  let rest = '';
  let isTooLong = false;
  const take = (line: string) => {
    for (const [log, known] of found) {
      readLine(log, known, line);
    }
  };
  return {
    write: (piece) => {
      const lines = piece.split(/\r\n|\n|\r/);
      lines.forEach((line, index) => {
        const isLast = index === lines.length - 1;
        if (rest.length + line.length > MAX_LINE) {
          isTooLong = true;
          rest = '';
        } else {
          rest += line;
        }
        if (!isLast) {
          if (!isTooLong) {
            take(plain(rest));
          }
          rest = '';
          isTooLong = false;
        }
      });
    },
    end: () => {
      if (rest !== '' && !isTooLong) {
        take(plain(rest));
        rest = '';
      }
      return readingOf(found);
    },
  };
}

/** What was found, as one engine's log. */
interface Found {
  readonly facts: Map<string, string>;
  readonly devices: { readonly name: string; readonly computeCapability?: string }[];
  readonly lines: LogLine[];
  readonly failures: { readonly text: string; readonly meaning: string }[];
}

function newFound(): Found {
  return { facts: new Map(), devices: [], lines: [], failures: [] };
}

/** Without colours, and with the controls that are left made blanks. */
function plain(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of terminals are controls.
  return line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\u0000-\u001f\u007f]+/g, ' ');
}

function readLine(log: EngineLog, known: Found, line: string): void {
  if (!log.mentions.test(line)) {
    return;
  }
  for (const { pattern } of log.facts) {
    const groups = pattern.exec(line)?.groups ?? {};
    const { device, computeCapability, ...facts } = groups;
    if (
      device !== undefined &&
      !known.devices.some(({ name }) => name === device && computeCapability === undefined)
    ) {
      known.devices.push({
        name: device.trim(),
        ...(computeCapability === undefined ? {} : { computeCapability }),
      });
    }
    for (const [key, value] of Object.entries(facts)) {
      if (value !== undefined && !known.facts.has(key)) {
        known.facts.set(key, value.trim());
      }
    }
  }
  for (const { pattern, figures } of log.figures) {
    const match = pattern.exec(line);
    const groups = match?.groups ?? {};
    const { where } = groups;
    for (const [group, { quantity, unit }] of Object.entries(figures)) {
      const text = groups[group];
      if (match !== null && text !== undefined && known.lines.length < MAX_LINES) {
        const rank = rankOf(line);
        known.lines.push({
          text: line.slice(match.index).trim(),
          quantity,
          ...(where === undefined ? {} : { where }),
          ...(rank === undefined ? {} : { rank }),
          ...figureOf(text, unit),
        });
      }
    }
  }
  const failure = log.failures.find(({ pattern }) => pattern.test(line));
  if (failure !== undefined && known.failures.length < MAX_LINES) {
    known.failures.push({ text: line.trim(), meaning: failure.meaning });
  }
}

/** `(Worker_PP0_TP1 pid=12)` of vLLM, `[2026-01-02 03:04:05 DP0 TP1]` of SGLang. */
function rankOf(line: string): string | undefined {
  const [, worker] =
    /\((?:Worker|VllmWorker|EngineCore)_?((?:(?:DP|PP|TP|EP|rank=)_?\d+[_ ]?)+)/.exec(line) ?? [];
  const [, bracket] = /^[^[]*\[[^\]]*?((?:\b(?:DP|PP|TP|EP|ATTN_TP)\d+ ?)+)\]/.exec(line) ?? [];
  return (worker?.replaceAll('_', ' ') ?? bracket)?.trim();
}

const UNIT_SIZE: Readonly<Record<LogUnit, number>> = {
  GiB: 2 ** 30,
  MiB: 2 ** 20,
  tokens: 1,
  times: 1,
  count: 1,
};

function figureOf(text: string, unit: LogUnit): Pick<LogLine, 'value' | 'roundedTo'> {
  const digits = text.replaceAll(',', '');
  const decimals = digits.split('.')[1]?.length ?? 0;
  const size = UNIT_SIZE[unit];
  return { value: Number(digits) * size, roundedTo: size / 10 ** decimals };
}

/** The engine whose lines were found most often; Ollama's are llama.cpp's. */
function readingOf(found: ReadonlyMap<EngineLog, Found>): LogReading {
  const weightOf = ({ lines, facts, failures }: Found) => 3 * lines.length + facts.size + failures.length;
  const [best] = [...found].toSorted(([, one], [, other]) => weightOf(other) - weightOf(one));
  if (best === undefined || weightOf(best[1]) === 0) {
    return { devices: [], arguments: {}, lines: [], failures: [] };
  }
  const [log, { facts, devices, lines, failures }] = best;
  const given = argumentsOf(facts);
  const { model_tag: tag, model: modelArgument, model_path: path } = given;
  const named = tag ?? modelArgument ?? path;
  const model = typeof named === 'string' ? named : facts.get('model');
  const [release, architecture] = [facts.get('release'), facts.get('architecture')];
  return {
    engine: log.engine,
    ...(release === undefined ? {} : { release }),
    ...(model === undefined ? {} : { model }),
    ...(architecture === undefined ? {} : { architecture }),
    devices,
    arguments: given,
    lines,
    failures,
  };
}

const NAMED_FACTS = new Set(['release', 'model', 'architecture', 'arguments', 'config']);

/** Arguments that were given, and for what they do not say the config that the engine settled on. */
function argumentsOf(facts: ReadonlyMap<string, string>): Readonly<Record<string, PythonValue>> {
  const config = facts.get('config');
  return {
    ...Object.fromEntries([...facts].filter(([name]) => !NAMED_FACTS.has(name))),
    ...(config === undefined ? {} : recordOf(parsePython(`Config(${config})`))),
    ...recordOf(parsePython(facts.get('arguments') ?? '{}')),
  };
}

function recordOf(value: PythonValue): Readonly<Record<string, PythonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, PythonValue>>)
    : {};
}
