import { expectationNamed } from '../engines/all-expectations.js';
import type { Expectation, LoggedFigure } from '../engines/expectation.js';
import { divide, type FitRequest, fullestOf } from '../fit/budget.js';
import type { Settled } from '../settle/settle.js';
import { unlessRefused } from '../text/errors.js';
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
  const figures = figuresOf(lines);
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
      unlessRefused(
        () => rule(figure, request),
        () => undefined,
      ),
    );
  });
}

function figuresOf(lines: readonly LogLine[]): readonly LoggedFigure[] {
  const besides = new Map<string, Record<string, number>>();
  for (const { text, quantity, value } of lines) {
    const beside = besides.get(text) ?? {};
    besides.set(text, beside);
    beside[quantity] = value;
  }
  return lines.map(({ text, quantity, where, value, roundedTo }) => ({
    quantity,
    value,
    roundedTo,
    ...(where === undefined ? {} : { where }),
    beside: besides.get(text) ?? {},
  }));
}

function divisionOf(settled: Settled, budget: FitRequest['budget']) {
  const { devices } = settled;
  if (devices === undefined || settled.case.model.weights === undefined) {
    return undefined;
  }
  return unlessRefused(
    () => fullestOf(divide({ ...settled, devices, budget }, settled.case.workload)),
    () => undefined,
  );
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
