import { dtypeOf } from '../../model/dtype.js';
import { type KeyValueHeads, type Layer, memoriesOf } from '../../model/layer.js';
import { InputError } from '../../text/errors.js';
import { ceilDiv } from '../../text/exact.js';
import type { PoolRule } from '../contract.js';
import { type CacheContext, cachedHeads, latentHeads } from './layers.js';
import { factsOf, TRANSFORMERS_RELEASES } from './releases.js';
import type { TransformersSettings } from './settings.js';

/**
 * The pools of a quantized cache (`QuantizedCache`). What is read first is quantized at once; new tokens wait
 * unquantized until there are `residual_length`, and then all is quantized anew. Counted is a prompt that is
 * `residual_length - 1` tokens shorter than the context, which leaves the most unquantized.
 *
 * - quanto: groups of `q_group_size` elements of `nbits`, several groups packed into the same bytes (`pack_weights`),
 *   with a scale and a shift for each group in the model's dtype.
 * - hqq: packed within a group, 3 bits as ten in a 32-bit integer (`BitPack`), with a scale and a zero for each group
 *   in the model's dtype.
 * - fp8: a byte an element, an fp32 scale for the keys of a layer and one for its values; nothing waits.
 *
 * `axis_key` and `axis_value` are 0, as by default.
 *
 * Source: huggingface/transformers, `cache_utils.py` (`QuantizedLayer.update`, `Fp8QuantizedLayer`, `QuantizedCache`),
 * 5.24.0; huggingface/optimum-quanto, `tensor/packed.py` and `tensor/grouped.py`, 0.2.7; mobiusml/hqq,
 * `core/quantize.py` and `core/bitpack.py`, 0.2.8.
 *
 * @throws InputError for layers other than full attention, and for settings that the backend does not have.
 */
export function quantizedPools(layers: readonly Layer[], context: CacheContext): readonly PoolRule[] {
  const tensors = layers.map((layer) => tensorsOf(layer, context));
  return context.settings.backend === 'fp8' ? fp8Pools(tensors, context) : groupedPools(tensors, context);
}

/** Elements of one token in one layer. */
interface Tensors {
  readonly keys: number;
  readonly values: number;
}

function tensorsOf(layer: Layer, { model, settings }: CacheContext): Tensors {
  const [memory, ...others] = memoriesOf(layer);
  if (others.length === 0 && memory?.kind === 'full' && memory.indexer === undefined) {
    return elementsOf(cachedHeads(memory, model));
  }
  if (
    others.length === 0 &&
    memory?.kind === 'latent' &&
    memory.indexer === undefined &&
    memory.slidingWindow === undefined
  ) {
    return elementsOf(latentHeads(memory, model, settings));
  }
  throw new InputError(
    `transformers quantizes the cache only where every layer is full attention, which ${model.name} is not; use --cache-implementation dynamic.`,
  );
}

function elementsOf({ numKeyValueHeads, keyHeadDim, valueHeadDim }: KeyValueHeads): Tensors {
  return { keys: numKeyValueHeads * keyHeadDim, values: numKeyValueHeads * valueHeadDim };
}

function fp8Pools(tensors: readonly Tensors[], { workload, settings }: CacheContext): readonly PoolRule[] {
  if (!factsOf(settings).hasFp8Cache) {
    throw new InputError(
      `transformers ${settings.version} has no fp8 cache; it came with ${TRANSFORMERS_RELEASES.since(({ hasFp8Cache }) => hasFp8Cache)}.`,
    );
  }
  for (const [flag, value] of [
    ['--nbits', settings.nbits],
    ['--q-group-size', settings.qGroupSize],
    ['--residual-length', settings.residualLength],
  ] as const) {
    if (value !== undefined) {
      throw new InputError(`${flag} is ${value}, but --backend fp8 has no groups; leave it out.`);
    }
  }
  const { keys, values } = totals(tensors);
  const layers = tensors.length;
  const tokens = (contextLength: number) => workload.numSequences * contextLength;
  return [
    {
      ...{ name: 'fp8', layers, tokens, tokensPerSlot: 1, stateBytes: 0, growsUntil: Infinity },
      keyBytesPerToken: keys,
      valueBytesPerToken: values,
      explain: (contextLength) =>
        `${tokens(contextLength)} x (${keys} + ${values}) fp8_e4m3 of ${layers} layers`,
    },
    {
      ...{ name: 'scales', layers, tokens: () => 1, tokensPerSlot: 1, stateBytes: 0, growsUntil: 0 },
      keyBytesPerToken: 4 * layers,
      valueBytesPerToken: 4 * layers,
      explain: () => `${layers} layers x (1 fp32 + 1 fp32)`,
    },
  ];
}

/** How a backend stores a group of elements that share a scale. */
interface Grouping {
  readonly nbits: number;
  readonly groupSize: number;
  /** Bytes of the elements of one group, without its scale. */
  readonly packedBytes: number;
  /** Groups that share bytes: a last, partly filled unit of so many is stored in full. */
  readonly groupsPerUnit: number;
}

function groupedPools(tensors: readonly Tensors[], context: CacheContext): readonly PoolRule[] {
  const { workload, settings } = context;
  const { numSequences, keyDtype } = workload;
  const grouping = groupingOf(settings);
  const groups = tensors.map(({ keys, values }) => ({
    keys: groupsOf(keys, 'keys', grouping, context),
    values: groupsOf(values, 'values', grouping, context),
  }));
  const { blockBytes } = dtypeOf(keyDtype);
  const groupBytes = grouping.packedBytes + 2 * blockBytes;
  const residualLength = settings.afterPrefill === true ? 1 : (settings.residualLength ?? 128);
  const waiting = (contextLength: number) => numSequences * Math.min(residualLength - 1, contextLength - 1);
  const quantized = (contextLength: number) => numSequences * contextLength - waiting(contextLength);
  const [elements, all] = [totals(tensors), totals(groups)];
  const common = { layers: tensors.length, tokensPerSlot: 1, stateBytes: 0 };
  return [
    {
      ...{ ...common, name: 'quantized', tokens: quantized, growsFrom: residualLength, growsUntil: Infinity },
      keyBytesPerToken: all.keys * groupBytes,
      valueBytesPerToken: all.values * groupBytes,
      explain: (contextLength) =>
        `${quantized(contextLength)} x (${all.keys} + ${all.values}) groups of all layers x (${grouping.groupSize} x ${grouping.nbits} bits in ${grouping.packedBytes} bytes + scale ${keyDtype} + zero ${keyDtype})`,
    },
    {
      ...{ ...common, name: 'unquantized', tokens: waiting, growsUntil: residualLength },
      keyBytesPerToken: elements.keys * blockBytes,
      valueBytesPerToken: elements.values * blockBytes,
      explain: (contextLength) =>
        `${waiting(contextLength)} x (${elements.keys} + ${elements.values}) ${keyDtype} of all layers`,
    },
    ...paddingPools(groups, grouping, quantized),
  ];
}

function groupingOf({
  backend = 'quanto',
  nbits = 4,
  qGroupSize: groupSize = 64,
}: TransformersSettings): Grouping {
  const choices = backend === 'quanto' ? [2, 4] : [1, 2, 3, 4, 8];
  if (!choices.includes(nbits)) {
    throw new InputError(
      `--nbits is ${nbits}; with --backend ${backend} it must be one of ${choices.join(', ')}.`,
    );
  }
  if (backend === 'hqq' && nbits === 3) {
    return { nbits, groupSize, packedBytes: 4 * ceilDiv(groupSize, 10), groupsPerUnit: 1 };
  }
  const bits = groupSize * nbits;
  if (bits % 8 !== 0) {
    throw new InputError(
      `--q-group-size is ${groupSize}; groups of ${nbits} bits each must fill whole bytes.`,
    );
  }
  return { nbits, groupSize, packedBytes: bits / 8, groupsPerUnit: backend === 'quanto' ? 8 / nbits : 1 };
}

function groupsOf(elements: number, what: string, { groupSize }: Grouping, { model }: CacheContext): number {
  if (elements % groupSize !== 0) {
    throw new InputError(
      `--q-group-size is ${groupSize}, which does not divide the ${elements} elements of a token's ${what} in a layer of ${model.name}.`,
    );
  }
  return elements / groupSize;
}

/** What fills up the last unit of each tensor whose groups do not. */
function paddingPools(
  groups: readonly Tensors[],
  { packedBytes, groupsPerUnit }: Grouping,
  quantized: (contextLength: number) => number,
): readonly PoolRule[] {
  const remainders = new Set(
    groups.flatMap(({ keys, values }) => [keys % groupsPerUnit, values % groupsPerUnit]),
  );
  remainders.delete(0);
  return [...remainders].map((remainder) => {
    const count = (what: keyof Tensors) =>
      groups.filter((layer) => layer[what] % groupsPerUnit === remainder).length;
    const missing = (contextLength: number) =>
      (groupsPerUnit - ((quantized(contextLength) * remainder) % groupsPerUnit)) % groupsPerUnit;
    return {
      name: 'padding',
      layers: Math.max(count('keys'), count('values')),
      tokens: missing,
      tokensPerSlot: 1,
      keyBytesPerToken: count('keys') * packedBytes,
      valueBytesPerToken: count('values') * packedBytes,
      stateBytes: 0,
      growsUntil: 0,
      explain: (contextLength) =>
        `${missing(contextLength)} groups to fill bytes up x (${count('keys')} + ${count('values')}) x ${packedBytes} bytes`,
    };
  });
}

function totals(tensors: readonly Tensors[]): Tensors {
  return {
    keys: tensors.reduce((total, { keys }) => total + keys, 0),
    values: tensors.reduce((total, { values }) => total + values, 0),
  };
}
