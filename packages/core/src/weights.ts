import { type DtypeName, dtypeOf } from './dtype.js';
import { InputError } from './errors.js';
import { ceilDiv, checkInteger } from './exact.js';
import type { Model, Weights } from './model.js';
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
 * Weights on the device that holds the most of them: split evenly over tensor-parallel devices and by layers over
 * pipeline stages, with the larger of embedding and head on the largest stage.
 */
export function weightBytesPerDevice(model: Model, weights: Weights, workload: Workload): number {
  const { tensorParallel, pipelineParallel } = workload;
  const bytes = checkInteger(weights.bytes, 'the bytes of weights', 0);
  if (pipelineParallel === 1) {
    return ceilDiv(bytes, tensorParallel);
  }
  const ofKind = (kind: string) => weights.parts?.find((part) => part.kind === kind)?.bytes ?? 0;
  const [embedding, head] = [ofKind('embedding'), ofKind('head')];
  const largestStage = ceilDiv(model.numHiddenLayers, pipelineParallel) / model.numHiddenLayers;
  const ofStage = Math.ceil((bytes - embedding - head) * largestStage) + Math.max(embedding, head);
  return ceilDiv(ofStage, tensorParallel);
}
