import { type ByteUnits, describeSaving, formatBytes, formatTokens, savingAgainst } from '@kv/core';
import { gpuIds, type State } from '../state/state.js';
import type { EstimatedCase } from './cases.js';
import { type FitView, fitsOf } from './fits.js';

/** A sentence in parts, of which names should not be broken over lines. */
export type Sentence = readonly (string | { readonly name: string })[];

/** The result in one sentence. */
export function answerOf(cases: readonly EstimatedCase[], state: State): Sentence {
  const units = state.units === 'GB' ? 'decimal' : 'binary';
  const [first, ...others] = cases;
  if (first === undefined) {
    return [];
  }
  return others.length === 0 ? aloneAnswer(first, state, units) : comparedAnswer(first, others, units);
}

function aloneAnswer(item: EstimatedCase, state: State, units: ByteUnits): Sentence {
  const { label, workload, allocation } = item;
  const size = formatBytes(allocation.totalBytes, units);
  const share = workload.numSequences === 1 ? 'per sequence' : `for ${workload.numSequences} sequences`;
  const start = ` at ${formatTokens(workload.contextLength)}: ${size} ${share}`;
  const [found] = fitsOf(item, state);
  if (found !== undefined) {
    return [{ name: label }, `${start}; `, ...fitClause(found)];
  }
  const asks = item.model.weights === undefined && gpuIds(state).length > 0;
  return [{ name: label }, asks ? `${start}; give the size of its weights to see what fits.` : `${start}.`];
}

function fitClause({ request, fit }: FitView): Sentence {
  const gpu = request.devices.device;
  const isOne = fit.numDevices === 1;
  const name = { name: `${isOne ? (/^[AEINO]/.test(gpu.name) ? 'an' : 'a') : fit.numDevices} ${gpu.name}` };
  const { mostSequences, largestContext } = fit;
  if (mostSequences.limit === 'weights') {
    return [`the weights alone are more than `, name, isOne ? ' holds.' : ' hold.'];
  }
  if (mostSequences.limit === 'none') {
    return [name, `${isOne ? ' holds' : ' hold'} any number beside the weights.`];
  }
  if (mostSequences.numSequences === 0 && mostSequences.limit === 'memory') {
    return [
      name,
      ` ${isOne ? 'holds' : 'hold'} ${largestContext.contextLength.toLocaleString('en')} tokens beside the weights.`,
    ];
  }
  return [
    name,
    ` ${isOne ? 'holds' : 'hold'} ${mostSequences.numSequences.toLocaleString('en')} beside the weights.`,
  ];
}

function comparedAnswer(first: EstimatedCase, others: readonly EstimatedCase[], units: ByteUnits): Sentence {
  const { contextLength, numSequences } = first.workload;
  const sizeOf = ({ allocation }: EstimatedCase) => allocation.totalBytes;
  const times = numSequences === 1 ? '' : ` in each of ${numSequences} sequences`;
  const least = others.reduce((best, item) => (sizeOf(item) < sizeOf(best) ? item : best), first);
  const saving = describeSaving(savingAgainst(sizeOf(first), sizeOf(least)));
  return [
    `At ${formatTokens(contextLength)} tokens${times}, `,
    { name: first.label },
    ` takes ${formatBytes(sizeOf(first), units)}`,
    ...(least === first
      ? [', the least of all.']
      : [
          '; ',
          { name: least.label },
          ` takes ${others.length === 1 ? '' : 'the least, '}${formatBytes(sizeOf(least), units)}, ${saving}.`,
        ]),
  ];
}

/** A sentence as plain text. */
export function sentenceText(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === 'string' ? part : part.name)).join('');
}
