import type { Geometry } from '../family.js';
import type { Attention } from './attention.js';

/** Reads the layers of one architecture, or a few, out of a file's keys. */
export type GgufFamily = (attention: Attention, hasTensor: (name: string) => boolean) => Geometry;
