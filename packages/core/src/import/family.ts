import type { Layer } from '../model/layer.js';
import { checkLayerCount } from '../model/model.js';
import { type Config, integer } from './fields.js';

/** What a family of architectures reads from a config. */
export interface Geometry {
  /** One for each hidden layer. */
  readonly layers: readonly Layer[];
  /** What a reader must know; none by default. */
  readonly warnings?: readonly string[];
}

/**
 * Reads the layers of one family of architectures out of a text model's config, whose other names and absent fields
 * are already settled as its config class in transformers settles them.
 *
 * @throws InputError naming the field that is missing or makes no sense.
 */
export type Family = (config: Config) => Geometry;

/** The same layer, `count` times. */
export function repeat(layer: Layer, count: number): readonly Layer[] {
  return Array.from({ length: count }, () => layer);
}

/** `num_hidden_layers`, if it is a number of layers that a model can have. */
export function layerCount(config: Config): number {
  return checkLayerCount(integer(config, 'num_hidden_layers'));
}
