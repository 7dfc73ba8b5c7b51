import type { Layer } from '../../model/layer.js';
import type { ChosenDtype, Model, WeightMatrix, WeightPart, Weights } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { type Config, field, optionalObject, optionalString } from '../fields.js';
import { decoderTensors } from './decoder.js';
import { DECODERS } from './decoders.js';
import { ENCODER_DECODERS } from './encoder-decoder.js';
import { NVFP4_BY_NAME, storageOf } from './quantization.js';
import { waysOf } from './sharding.js';
import type { Tensors } from './tensors.js';
import { visionTensorsOf } from './vision.js';

/**
 * The weights of a decoder by the formula of its family: every tensor that its class makes, tied ones once, buffers that
 * checkpoints store included, layers for multi-token prediction left out; with the vision tower of a multimodal model.
 * Bytes are as the config's dtype or `quantization_config` says.
 *
 * @param id the checkpoint's name: one that names a quantization, which the config does not have, is stored in a way that
 *   is not known (NVIDIA's keep it in `hf_quant_config.json`); of NVFP4 it is known what it takes at most.
 * @param published the whole file.
 * @param config the text model's, completed as families read it.
 * @returns no weights where the family's modules, a size that they need, another part of a multimodal model, or the
 *   quantization is not known: unknown is not zero.
 */
export function weightsFromConfig(
  id: string,
  published: Config,
  config: Config,
  layers: readonly Layer[],
  { dtype }: ChosenDtype,
): Pick<Model, 'weights' | 'weightMatrices'> {
  try {
    const isTextAlone = isCutToText(published);
    const tensors =
      isMultimodal(published) && !isTextAlone
        ? multimodalTensors(published, config, layers)
        : textTensors(config, layers);
    if (tensors === undefined) {
      return {};
    }
    const weightMatrices = matricesOf(tensors);
    const stated = quantizationIn(published) ?? quantizationIn(config);
    const quantization = stated ?? (NVFP4_NAME.test(id) ? NVFP4_BY_NAME : undefined);
    const storage =
      quantization === undefined && QUANTIZED_NAME.test(id)
        ? undefined
        : storageOf(quantization, dtype, tensors, optionalString(config, 'expert_dtype'));
    const cut = isTextAlone ? '; of the text model alone, since no other part is described' : '';
    const weights =
      storage &&
      weightsOf(tensors, layers, storage.bytesOf, `formula from the config, ${storage.name}${cut}`);
    return { ...(weights === undefined ? {} : { weights }), weightMatrices };
  } catch (error) {
    if (error instanceof InputError) {
      return {};
    }
    throw error;
  }
}

/** Tensors of one shape and module together, with the layers that they are in. */
function matricesOf(tensors: readonly Tensors[]): readonly WeightMatrix[] {
  const found = new Map<string, { readonly matrix: Omit<Tensors, 'layer'>; readonly layers: number[] }>();
  const once: WeightMatrix[] = [];
  for (const { layer, ...matrix } of tensors) {
    if (layer === undefined) {
      once.push(matrix);
      continue;
    }
    const key = JSON.stringify(Object.values(matrix));
    const group = found.get(key) ?? { matrix, layers: [] };
    group.layers.push(layer);
    found.set(key, group);
  }
  return [...once, ...[...found.values()].map(({ matrix, layers }) => ({ ...matrix, layers }))];
}

/** Of the whole model, or of the text model alone. */
function quantizationIn(config: Config): Config | undefined {
  return optionalObject(config, 'quantization_config') ?? optionalObject(config, 'compression_config');
}

const NVFP4_NAME = /(^|[-_./])nvfp4([-_./]|$)/i;
const QUANTIZED_NAME =
  /(^|[-_./])(nvfp4|mxfp4|fp4|fp8|int4|int8|awq|gptq|w\d+a\d+|bnb|[48]bit|gguf)([-_./]|$)/i;

const PARTS = [
  ...['text_config', 'llm_config', 'language_config', 'thinker_config', 'text_model_config'],
  ...['vision_config', 'audio_config', 'encoder'],
];

function isMultimodal(published: Config): boolean {
  return PARTS.some((key) => field(published, key) !== undefined);
}

/** A multimodal model's config that describes no part but the text model. */
function isCutToText(published: Config): boolean {
  const parts = Object.entries(published).filter(
    ([, value]) => typeof value === 'object' && value !== null && !Array.isArray(value),
  );
  return (
    parts.some(([key]) => key === 'text_config') &&
    parts.every(([key]) => ['text_config', 'quantization_config', 'compression_config'].includes(key)) &&
    !Object.keys(published).some((key) => /vision|visual|image|audio|speech|^mm_/.test(key))
  );
}

function multimodalTensors(
  published: Config,
  config: Config,
  layers: readonly Layer[],
): readonly Tensors[] | undefined {
  const vision = optionalObject(published, 'vision_config');
  const others = vision && visionTensorsOf(published, vision, config);
  const tied = field(published, 'tie_word_embeddings');
  const text = textTensors(tied === undefined ? config : { ...config, tie_word_embeddings: tied }, layers);
  const isVisionAlone = field(published, 'audio_config') === undefined;
  return others && text && isVisionAlone ? [...text, ...others] : undefined;
}

/** The tensors of a text model as its checkpoint stores them, by `model_type`; undefined for one that is not known. */
function textTensors(config: Config, layers: readonly Layer[]): readonly Tensors[] | undefined {
  const type = field(config, 'model_type');
  if (typeof type === 'string' && Object.hasOwn(ENCODER_DECODERS, type)) {
    return ENCODER_DECODERS[type]?.(config);
  }
  const style = typeof type === 'string' && Object.hasOwn(DECODERS, type) ? DECODERS[type] : undefined;
  const isDecoderAlone = field(config, 'add_cross_attention') !== true;
  return style && isDecoderAlone ? decoderTensors(config, style, layers) : undefined;
}

/** What so many tensor-parallel devices at most can split, fewest first. */
function splits(own: readonly Tensors[], layers: readonly Layer[]): Pick<WeightPart, 'splits'> {
  const byWays = new Map<number, number>();
  for (const tensor of own) {
    const ways = waysOf(tensor, layers);
    if (ways !== Infinity) {
      byWays.set(ways, (byWays.get(ways) ?? 0) + tensor.rows * tensor.columns * tensor.copies);
    }
  }
  const found = [...byWays].sort(([one], [other]) => one - other);
  return found.length === 0 ? {} : { splits: found.map(([ways, parameters]) => ({ ways, parameters })) };
}

const KINDS = ['embedding', 'projection', 'expert', 'other', 'head'] as const;

/** Parameters and bytes of all tensors, by kind. */
export function weightsOf(
  tensors: readonly Tensors[],
  layers: readonly Layer[],
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
            ...splits(own, layers),
          },
        ];
  });
  const total = (of: (part: WeightPart) => number) => parts.reduce((sum, part) => sum + of(part), 0);
  const [parameters, bytes] = [total((part) => part.parameters), total((part) => part.bytes)];
  return Number.isSafeInteger(parameters) && Number.isSafeInteger(bytes)
    ? { parameters, bytes, source, parts }
    : undefined;
}
