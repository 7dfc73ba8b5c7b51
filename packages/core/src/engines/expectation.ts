import type { DeviceBudget } from '../deployment/budget.js';
import type { Workload } from '../deployment/workload.js';
import type { Model } from '../model/model.js';
import type { Quantity } from '../text/quantity.js';

/** What an engine's rules say of a figure that it logs. */
export interface Expectation extends Quantity {
  /** Where the number is from, in words. */
  readonly explanation: string;
  /** Whether all that the rule takes stands in the log itself, so that the figure must be this one. */
  readonly isCertain: boolean;
}

/** A figure as a log has it. */
export interface LoggedFigure {
  readonly quantity: string;
  readonly where?: string;
  readonly value: number;
  readonly roundedTo: number;
  /** The line's other figures, by quantity. */
  readonly beside: Readonly<Record<string, number>>;
}

/** What is known when a log is compared: what was settled, what its memory is divided into, and all of its figures. */
export interface ExpectationRequest<Settings = object> {
  readonly model: Model;
  readonly workload: Workload;
  readonly settings: Settings;
  /** Of the fullest device; absent where no device or no weights are known. */
  readonly budget?: DeviceBudget;
  readonly figures: readonly LoggedFigure[];
}

/** What an engine's rules say of one figure of its log; undefined for one that no rule is known of. */
export type ExpectationRule<Settings> = (
  figure: LoggedFigure,
  request: ExpectationRequest<Settings>,
) => Expectation | undefined;

/** What a budget says of a part. */
export function expectedPart(
  { budget }: ExpectationRequest,
  names: readonly string[],
): Expectation | undefined {
  const parts = budget?.parts.filter(({ name }) => names.includes(name)) ?? [];
  const [first] = parts;
  return first === undefined
    ? undefined
    : {
        bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
        low: parts.reduce((sum, { low }) => sum + low, 0),
        high: parts.reduce((sum, { high }) => sum + high, 0),
        how: first.how,
        explanation: parts.flatMap(({ explanation }) => explanation).join('; '),
        isCertain: false,
      };
}

/** A number that follows from the log alone, between what its rounded inputs allow. */
export function certain(bounds: readonly number[], explanation: string): Expectation {
  const [low, high] = [Math.min(...bounds), Math.max(...bounds)];
  return { bytes: low, low, high, how: 'rule', explanation, isCertain: true };
}
