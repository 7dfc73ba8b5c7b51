import { type DtypeName, dtypeOf } from '../model/dtype.js';
import type { Model, WeightPart, Weights } from '../model/model.js';
import { InputError } from '../text/errors.js';
import { ceilDiv, checkInteger } from '../text/exact.js';
import type { Workload } from './workload.js';

/**
 * Weights stored with another dtype, as quantizers do it: the matrices of layers and experts are, embeddings, head,
 * routers, norms and biases stay in the dtype that the model computes in. A dtype of 16 bits or more is for all. Scales
 * are counted where they are part of the dtype (`q4_0`), not for `int4`, `int8` and `fp8`. Weights whose parts are not
 * known are converted as a whole.
 *
 * @throws InputError where it is not known how many parameters there are.
 */
export function weightsInDtype(weights: Weights, dtype: DtypeName, modelDtype: DtypeName): Weights {
  const { parameters } = weights;
  if (parameters === undefined) {
    throw new InputError(
      `Only the bytes of the weights are known (${weights.source}), not how many parameters they are, so they cannot be counted in ${dtype}; give their size in it.`,
    );
  }
  const source = `${weights.source}; in ${dtype}`;
  if (weights.parts === undefined) {
    return { parameters, bytes: bytesIn(parameters, dtype), source };
  }
  const isWide = dtypeOf(dtype).blockBytes / dtypeOf(dtype).blockSize >= 2;
  const parts = weights.parts.map((part) => {
    const isQuantized = part.kind === 'projection' || part.kind === 'expert';
    const bytesOf = (count: number) => bytesIn(count, isQuantized || isWide ? dtype : modelDtype);
    return { ...part, bytes: bytesOf(part.parameters), activeBytes: bytesOf(part.activeParameters) };
  });
  return { parameters, bytes: parts.reduce((total, { bytes }) => total + bytes, 0), source, parts };
}

function bytesIn(parameters: number, dtype: DtypeName): number {
  const { blockSize, blockBytes } = dtypeOf(dtype);
  return ceilDiv(parameters, blockSize) * blockBytes;
}

/** Bytes of weights that are read for one token at least; undefined where it is not known which are. */
export function activeBytesOf({ parts }: Weights): number | undefined {
  return parts?.reduce((total, { activeBytes }) => total + activeBytes, 0);
}

/**
 * Weights on the device that holds the most of them: split over tensor-parallel devices and by layers over pipeline
 * stages, with the larger of embedding and head on the largest stage. Where the parts are known, each device has what
 * cannot be split so far (`WeightPart.splits`): norms, routers, latent projections, and of keys and values a head at
 * least; else all is split evenly, which is less than engines hold. Rows that pad the vocabulary, fewer than 64, are not
 * counted.
 */
export function weightBytesPerDevice(model: Model, weights: Weights, workload: Workload): number {
  const { tensorParallel, pipelineParallel } = workload;
  const bytes = checkInteger(weights.bytes, 'the bytes of weights', 0);
  const { parts = [{ kind: 'other', bytes, parameters: 1 }] } = weights;
  const ofKinds = (isAsked: (kind: string) => boolean) =>
    parts.filter(({ kind }) => isAsked(kind)).reduce((sum, part) => sum + partBytes(part, tensorParallel), 0);
  const [embedding, head] = [ofKinds((kind) => kind === 'embedding'), ofKinds((kind) => kind === 'head')];
  const inLayers = ofKinds((kind) => kind !== 'embedding' && kind !== 'head');
  if (pipelineParallel === 1) {
    return embedding + inLayers + head;
  }
  const largestStage = ceilDiv(model.numHiddenLayers, pipelineParallel) / model.numHiddenLayers;
  return Math.ceil(inLayers * largestStage) + Math.max(embedding, head);
}

function partBytes(
  { bytes, parameters, splits = [] }: Pick<WeightPart, 'bytes' | 'parameters' | 'splits'>,
  devices: number,
): number {
  if (devices === 1 || parameters === 0) {
    return bytes;
  }
  const limited = splits.reduce((sum, split) => sum + split.parameters, 0);
  return [...splits, { ways: devices, parameters: parameters - limited }].reduce(
    (sum, split) => sum + shareOf(bytes, split.parameters, parameters * Math.min(split.ways, devices)),
    0,
  );
}

/** `bytes x part / whole`, rounded up; the product is beyond what a number can hold. */
function shareOf(bytes: number, part: number, whole: number): number {
  return Number((BigInt(bytes) * BigInt(part) + BigInt(whole) - 1n) / BigInt(whole));
}
