import { expectationNamed } from '../engines/all-expectations.js';
import type { Expectation, LoggedFigure } from '../engines/expectation.js';
import { divide, type FitRequest, fullestOf } from '../fit/budget.js';
import type { Settled } from '../settle/settle.js';
import { InputError } from '../text/errors.js';
import type { Quantity } from '../text/quantity.js';
import type { LogLine, LogReading } from './log-reading.js';

/**
 * How a figure compares with what kv says: `equal`, to the printed digit; `within`, inside kv's range; `differs`; or
 * `unknown`, where kv says nothing of it.
 */
export type LineVerdict = 'equal' | 'within' | 'differs' | 'unknown';

/** A figure of a log, beside what kv says. */
export interface CheckedLine extends LogLine {
  /** In the figure's own unit. */
  readonly kv?: Quantity;
  readonly explanation: string;
  readonly verdict: LineVerdict;
  /** Whether all inputs stand in the log, so that a difference is a fault of kv, or a log of something else. */
  readonly isCertain: boolean;
}

/**
 * What a log says, figure by figure, beside what the engine's rules say of the same deployment.
 *
 * @param settled what ran; undefined where the model is not known, which leaves every figure unknown.
 * @param budget how the engine divides memory, where weights and devices are known.
 */
export function checkLog(
  { lines, engine }: LogReading,
  settled: Settled | undefined,
  budget?: FitRequest['budget'],
): readonly CheckedLine[] {
  const figures = lines.map((line) => figureOf(line, lines));
  const rule = settled === undefined || engine === undefined ? undefined : expectationNamed(engine);
  const division = settled && budget && divisionOf(settled, budget);
  return lines.map((line, index) => {
    const figure = figures[index];
    if (rule === undefined || settled === undefined || figure === undefined) {
      return { ...line, explanation: 'the model is not known', verdict: 'unknown', isCertain: false };
    }
    const { model, workload } = settled.case;
    const request = {
      model,
      workload,
      settings: settled.settings,
      figures,
      ...(division && { budget: division }),
    };
    return compared(
      line,
      withoutError(() => rule(figure, request)),
    );
  });
}

function figureOf(
  { text, quantity, where, value, roundedTo }: LogLine,
  lines: readonly LogLine[],
): LoggedFigure {
  const beside = lines.filter((other) => other.text === text);
  return {
    quantity,
    value,
    roundedTo,
    ...(where === undefined ? {} : { where }),
    beside: Object.fromEntries(beside.map((other) => [other.quantity, other.value])),
  };
}

function divisionOf(settled: Settled, budget: FitRequest['budget']) {
  const { devices } = settled;
  if (devices === undefined || settled.case.model.weights === undefined) {
    return undefined;
  }
  return withoutError(() => fullestOf(divide({ ...settled, devices, budget }, settled.case.workload)));
}

function compared(line: LogLine, expected: Expectation | undefined): CheckedLine {
  if (expected === undefined) {
    return { ...line, explanation: 'no rule of this figure is known', verdict: 'unknown', isCertain: false };
  }
  const { explanation, isCertain, ...kv } = expected;
  const half = line.roundedTo / 2;
  const touches = line.value + half >= kv.low && line.value - half <= kv.high;
  return {
    ...line,
    kv,
    explanation,
    isCertain,
    verdict: touches ? (isCertain ? 'equal' : 'within') : 'differs',
  };
}

function withoutError<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) {
      return undefined;
    }
    throw error;
  }
}
