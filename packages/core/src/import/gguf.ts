import { checkModel, type Model } from '../model/model.js';
import { InputError } from '../text/errors.js';
import type { ConfigOrigin } from './config.js';
import { describe } from './fields.js';
import { ggufFamilyOf } from './gguf/architectures.js';
import { attentionOf } from './gguf/attention.js';
import { type GgufKeys, type GgufMetadata, optionalIntegerAt, own } from './gguf/metadata.js';
import { ggufSizesOf } from './gguf/sizes.js';
import { plainGgufGeometry } from './gguf/unknown.js';
import { type GgufTensor, weightsOf } from './gguf/weights.js';

export type { GgufMetadata } from './gguf/metadata.js';
export type { GgufTensor } from './gguf/weights.js';

/**
 * The model that the header of a GGUF file describes: geometry from its key-value pairs, weights from its tensors.
 *
 * An architecture that is not known is counted as full attention, with a warning, where no key speaks against that.
 *
 * Source: ggml-org/ggml, `docs/gguf.md`; ggml-org/llama.cpp v0.5.0, `src/llama-model.cpp` and `src/models/*.cpp`.
 *
 * @param metadata key-value pairs by their full keys; those of the first file where there are several.
 * @param tensors of all files.
 * @throws InputError for an architecture that is not understood, or a key that is missing or makes no sense.
 */
export function modelFromGguf(
  metadata: GgufMetadata,
  tensors: readonly GgufTensor[],
  origin: ConfigOrigin,
): Model {
  const keys: GgufKeys = { architecture: architectureOf(metadata), metadata };
  const family = ggufFamilyOf(keys.architecture);
  const attention = attentionOf(keys);
  const names = new Set(tensors.map(({ name }) => name));
  const { layers, warnings = [] } =
    family === undefined ? plainGgufGeometry(attention) : family(attention, (name) => names.has(name));
  const counted = weightsOf(tensors);
  const numAttentionHeads = attention.heads.find((heads) => heads > 0);
  const hiddenSize = optionalIntegerAt(keys, 'embedding_length');
  const maxPositionEmbeddings = optionalIntegerAt(keys, 'context_length');
  return checkModel({
    id: origin.id,
    name: origin.id,
    source: origin.source,
    architecture: keys.architecture,
    numHiddenLayers: layers.length,
    layers,
    ...(numAttentionHeads !== undefined && { numAttentionHeads }),
    ...(hiddenSize !== undefined && { hiddenSize }),
    ...(maxPositionEmbeddings !== undefined && { maxPositionEmbeddings }),
    ...ggufSizesOf(keys, tensors),
    dtype: { dtype: 'fp32', reason: 'what ggml computes in' },
    kvCacheDtype: { dtype: 'fp16', reason: "llama.cpp's default for GGUF files" },
    ...(counted.weights !== undefined && { weights: counted.weights }),
    warnings: [...warnings, ...counted.warnings],
  });
}

function architectureOf(metadata: GgufMetadata): string {
  const architecture = own(metadata, 'general.architecture');
  if (typeof architecture !== 'string' || architecture === '') {
    throw new InputError(
      `The GGUF file's "general.architecture" is ${describe(architecture)}; it must name an architecture, as in the first file of a model.`,
    );
  }
  return architecture;
}
