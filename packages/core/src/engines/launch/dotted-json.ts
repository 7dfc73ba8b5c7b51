import { InputError } from '../../text/errors.js';
import { type Given, shown } from './given.js';
import { humanInteger, VLLM_HUMAN } from './numbers.js';

const DEEPEST = 64;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The object that a JSON flag and its dotted keys give together, and the variables that stand in it. */
export interface GivenJson {
  readonly value: Json | undefined;
  readonly unknown: readonly string[];
}

/**
 * What `--speculative-config '{"method": "mtp"}'` and `--speculative-config.num_speculative_tokens 3` say together: dotted
 * keys come after whatever JSON there is, and replace it, as vLLM appends them as one more argument.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/utils/argparse_utils.py` (`FlexibleArgumentParser.parse_args`).
 *
 * @throws InputError for text that is no JSON, with its place.
 */
export function jsonOf(given: readonly Given[]): GivenJson {
  const unknown = given.flatMap(({ values }) => values.flatMap((word) => word.unknown ?? []));
  const dotted = given.filter(({ written }) => written.includes('.'));
  if (dotted.length === 0) {
    const last = given.at(-1);
    const word = last?.values[0];
    return {
      value: word === undefined ? undefined : parsed(word.text, last?.written ?? '', word.unknown),
      unknown,
    };
  }
  const root: Record<string, unknown> = Object.create(null);
  for (const { written, values } of dotted) {
    const isList = written.endsWith('+');
    const keys = (isList ? written.slice(0, -1) : written).split('.').slice(1);
    const text = values[0]?.text ?? '';
    if (keys.length > DEEPEST) {
      throw new InputError(`${shown(written)} has more than ${DEEPEST} keys within each other.`);
    }
    put(root, keys, isList ? text.split(',') : leaf(text));
  }
  return { value: JSON.parse(JSON.stringify(root)) as Json, unknown };
}

function put(root: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  let at = root;
  for (const key of keys.slice(0, -1)) {
    const inner = at[key];
    const next =
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? (inner as Record<string, unknown>)
        : Object.create(null);
    at[key] = next;
    at = next;
  }
  const last = keys.at(-1) ?? '';
  const before = at[last];
  at[last] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
}

/** JSON within JSON, deeper than any setting. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const character of text.replace(/"(?:[^"\\]|\\.)*"/g, '')) {
    depth += character === '[' || character === '{' ? 1 : character === ']' || character === '}' ? -1 : 0;
    if (depth > DEEPEST) {
      return true;
    }
  }
  return false;
}

function leaf(text: string): unknown {
  if (isTooDeep(text)) {
    return text;
  }
  try {
    return JSON.parse(text);
  } catch {
    try {
      return humanInteger(text, '', VLLM_HUMAN);
    } catch {
      return text;
    }
  }
}

/** JSON in which numbers may be `80m`; where a variable stands outside of a string, it is not known at all. */
function parsed(text: string, written: string, unknown: readonly string[] | undefined): Json | undefined {
  if (isTooDeep(text)) {
    throw new InputError(`What follows ${shown(written)} has more than ${DEEPEST} levels; it is no setting.`);
  }
  const plain = text
    .split(/("(?:[^"\\]|\\.)*")/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replace(/\b\d+(?:\.\d+)?[kKmMgGtT]\b/g, (number) =>
            String(humanInteger(number, written, VLLM_HUMAN)),
          ),
    )
    .join('');
  try {
    return JSON.parse(plain) as Json;
  } catch {
    if (unknown !== undefined) {
      return undefined;
    }
    throw new InputError(
      `What follows ${written} is no valid JSON; write it as in '{"key": 1}', in single quotes.`,
    );
  }
}
