import { InputError } from '../text/errors.js';
import { checkInteger } from '../text/exact.js';
import type { DtypeName } from './dtype.js';
import type { Geometry } from './geometry.js';
import { checkLayer, type Layer, memoriesOf } from './layer.js';

/** A dtype with the reason why it was chosen, in words for the user. */
export interface ChosenDtype {
  readonly dtype: DtypeName;
  readonly reason: string;
}

/** Parameters and bytes of a model's weights, with where the numbers come from. */
export interface Weights {
  /** Absent where only the bytes are known. */
  readonly parameters?: number;
  readonly bytes: number;
  /** In words: a file, a formula, the user. */
  readonly source: string;
  /** What they are made of, where that is known; together they are all of it. */
  readonly parts?: readonly WeightPart[];
}

/**
 * Weights of one kind: the table of token embeddings, the output head where it is not that table, matrices of attention
 * and feed-forward layers, those of routed experts, and all else (norms, biases, routers).
 */
export interface WeightPart {
  readonly kind: 'embedding' | 'head' | 'projection' | 'expert' | 'other';
  readonly parameters: number;
  readonly bytes: number;
  /** Of those, what one token reads: no row of an embedding but its own (counted as none), and no expert but its own. */
  readonly activeParameters: number;
  readonly activeBytes: number;
  /** Parameters that at most `ways` tensor-parallel devices can split, each device more having a copy; all others any. */
  readonly splits?: readonly { readonly ways: number; readonly parameters: number }[];
}

/** Equal matrices or vectors of a checkpoint, `copies` of them in each of the layers, or once where no layers are named. */
export interface WeightMatrix {
  readonly kind: WeightPart['kind'];
  /** The module's name under its layer: `self_attn.q_proj`. */
  readonly module: string;
  readonly layers?: readonly number[];
  /** Outputs. */
  readonly rows: number;
  /** Inputs; 1 of a norm or bias. */
  readonly columns: number;
  readonly copies: number;
  readonly activeCopies: number;
  /** Of one number, where it is stored apart from the model's dtype. */
  readonly bytesPerNumber?: number;
}

/** Sizes that no cache depends on but activations and compute buffers do, as far as the model's file states them. */
export interface ModelSizes {
  /** Tokens that the output has a score for. */
  readonly vocabSize?: number;
  /** Whether one matrix is both the table of embeddings and the output head. */
  readonly tieWordEmbeddings?: boolean;
  /** Width of a dense feed-forward layer. */
  readonly intermediateSize?: number;
  /** Those of each layer, where they differ. */
  readonly intermediateSizes?: readonly number[];
  /** Routed experts of a layer. */
  readonly numExperts?: number;
  /** Routed experts that each token visits. */
  readonly numExpertsPerToken?: number;
  /** Width of one routed expert. */
  readonly moeIntermediateSize?: number;
  /** Width of the experts that every token visits, all together; 0 without. */
  readonly sharedExpertIntermediateSize?: number;
  /** Leading layers whose feed-forward layer is dense in a model with experts. */
  readonly numDenseLayers?: number;
  /** Groups of experts, and those that each token's experts are chosen from (DeepSeek-V3). */
  readonly numExpertGroups?: number;
  readonly numExpertGroupsPerToken?: number;
  /** Width of the embeddings that each layer has of its own (Gemma 4); 0 without. */
  readonly hiddenSizePerLayerInput?: number;
  /** Rank of the queries' latent (DeepSeek-V2). */
  readonly qLoraRank?: number;
}

/** A model as far as memory is concerned: what each of its layers remembers. */
export interface Model extends ModelSizes {
  /** The published id, a path, or a design's short name. */
  readonly id: string;
  /** For people: in tables, legends and titles. */
  readonly name: string;
  /** Where the geometry comes from: a path, an address, `hyperparameters`. */
  readonly source: string;
  /** The architecture's own name (`LlamaForCausalLM`, `llama`). */
  readonly architecture: string;
  readonly numHiddenLayers: number;
  /** One entry for each hidden layer, in order. */
  readonly layers: readonly Layer[];
  /** Layers for multi-token prediction that the checkpoint has beyond these: `num_nextn_predict_layers`. */
  readonly numNextnPredictLayers?: number;
  readonly numAttentionHeads?: number;
  readonly hiddenSize?: number;
  /** The longest context that the model was trained for, in tokens. */
  readonly maxPositionEmbeddings?: number;
  /** What activations are computed in; convolution states are kept in it. */
  readonly dtype: ChosenDtype;
  /** What `--kv-dtype auto` means for this model. */
  readonly kvCacheDtype: ChosenDtype;
  readonly weights?: Weights;
  /** What the weights are made of, one by one, where that is known; however they are stored. */
  readonly weightMatrices?: readonly WeightMatrix[];
  /** The encoder of images beside the text model, as far as its config describes it. */
  readonly visionEncoder?: { readonly numHiddenLayers?: number; readonly hiddenSize?: number };
  /** Absent for designs, which are layers and nothing else. */
  readonly geometry?: Geometry;
  /** What a reader of the estimate must know: a guess that was made, a field that was rounded. */
  readonly warnings: readonly string[];
}

/**
 * The model, if it is whole: as many layers as it says, all sizes positive, shared caches that exist.
 *
 * @throws InputError naming what is wrong.
 */
export function checkModel(model: Model): Model {
  checkInteger(model.numHiddenLayers, 'numHiddenLayers');
  if (model.layers.length !== model.numHiddenLayers) {
    throw new InputError(
      `numHiddenLayers is ${model.numHiddenLayers}, but ${model.layers.length} layers are described.`,
    );
  }
  const checked = new Set<Layer>();
  model.layers.forEach((layer, index) => {
    // What makes sense at a layer's first place does so wherever the same layer comes again.
    if (checked.has(layer)) {
      return;
    }
    checked.add(layer);
    checkLayer(layer, index);
    for (const memory of memoriesOf(layer)) {
      const owner = memory.kind === 'shared' ? model.layers[memory.sharesWith] : undefined;
      if (owner !== undefined && (owner.kind === 'shared' || owner.kind === 'none')) {
        throw new InputError(`Layer ${index} shares the cache of a layer that stores none.`);
      }
    }
  });
  return model;
}

/** Beyond any model, and few enough to describe one by one. */
const MAX_LAYERS = 100_000;

/** @throws InputError for a number of layers that no model has. */
export function checkLayerCount(nLayers: number): number {
  checkInteger(nLayers, 'the number of layers');
  if (nLayers > MAX_LAYERS) {
    throw new InputError(`The number of layers is ${nLayers}; at most ${MAX_LAYERS} are supported.`);
  }
  return nLayers;
}
