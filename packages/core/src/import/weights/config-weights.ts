import { InputError } from '../../errors.js';
import type { Layer } from '../../layer.js';
import type { ChosenDtype, WeightPart, Weights } from '../../model.js';
import { type Config, field, optionalObject } from '../fields.js';
import { decoderTensors } from './decoder.js';
import { DECODERS } from './decoders.js';
import { storageOf } from './quantization.js';
import type { Tensors } from './tensors.js';

/**
 * The weights of a decoder by the formula of its family: every tensor that its class makes, tied ones once, buffers that
 * checkpoints store included, layers for multi-token prediction left out. Bytes are as the config's dtype or
 * `quantization_config` says.
 *
 * @param published the whole file; a multimodal wrapper has other parts that are not counted here.
 * @param config the text model's, completed as families read it.
 * @returns undefined where the family's modules, a size that they need or the quantization is not known: unknown is not
 *   zero.
 */
export function weightsFromConfig(
  published: Config,
  config: Config,
  layers: readonly Layer[],
  { dtype }: ChosenDtype,
): Weights | undefined {
  try {
    if (
      optionalObject(published, 'text_config') !== undefined ||
      optionalObject(published, 'vision_config') !== undefined
    ) {
      return undefined;
    }
    const tensors = tensorsOf(config, layers);
    const quantization =
      optionalObject(published, 'quantization_config') ?? optionalObject(published, 'compression_config');
    const storage = tensors && storageOf(quantization, dtype, tensors);
    return (
      tensors && storage && weightsOf(tensors, storage.bytesOf, `formula from the config, ${storage.name}`)
    );
  } catch (error) {
    if (error instanceof InputError) {
      return undefined;
    }
    throw error;
  }
}

/** The tensors of a model as its checkpoint stores them, by its `model_type`; undefined for a type that is not known. */
function tensorsOf(config: Config, layers: readonly Layer[]): readonly Tensors[] | undefined {
  const type = field(config, 'model_type');
  if (typeof type !== 'string' || !Object.hasOwn(DECODERS, type)) {
    return undefined;
  }
  const style = DECODERS[type];
  const isDecoderAlone = field(config, 'add_cross_attention') !== true;
  return style !== undefined && isDecoderAlone ? decoderTensors(config, style, layers) : undefined;
}

const KINDS = ['embedding', 'projection', 'expert', 'other', 'head'] as const;

function weightsOf(
  tensors: readonly Tensors[],
  bytesOf: (tensor: Tensors) => number,
  source: string,
): Weights | undefined {
  const parts = KINDS.flatMap((kind): readonly WeightPart[] => {
    const own = tensors.filter((tensor) => tensor.kind === kind);
    const sum = (of: (tensor: Tensors) => number) => own.reduce((total, tensor) => total + of(tensor), 0);
    return own.length === 0
      ? []
      : [
          {
            kind,
            parameters: sum(({ rows, columns, copies }) => rows * columns * copies),
            bytes: sum((tensor) => bytesOf(tensor) * tensor.copies),
            activeParameters: sum(({ rows, columns, activeCopies }) => rows * columns * activeCopies),
            activeBytes: sum((tensor) => bytesOf(tensor) * tensor.activeCopies),
          },
        ];
  });
  const total = (of: (part: WeightPart) => number) => parts.reduce((sum, part) => sum + of(part), 0);
  const [parameters, bytes] = [total((part) => part.parameters), total((part) => part.bytes)];
  return Number.isSafeInteger(parameters) && Number.isSafeInteger(bytes)
    ? { parameters, bytes, source, parts }
    : undefined;
}
