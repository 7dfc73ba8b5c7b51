/**
 * Widths of a model's matrices. What a layer remembers does not depend on them; what a step computes with does, and so
 * the memory that an engine keeps free for it. A width that is absent is not known.
 */
export interface Geometry {
  /** Of the widest MLP that every token goes through, all shared experts of a layer together; 0 where there is none. */
  readonly intermediateSize?: number;
  readonly vision?: VisionTower;
  /** Elements of a head's key that are rotated. */
  readonly rotaryDim?: number;
  /** Numbers in the tables of rotary positions: a sine or a cosine for each position and rotated element of a head. */
  readonly rotaryElements?: number;
}

/** The encoder that turns images into tokens of the language model. Its sizes are absent where its class is not known. */
export interface VisionTower {
  readonly hiddenSize?: number;
  readonly intermediateSize?: number;
  readonly numLayers?: number;
  /** Its patches are of several frames, so videos go through it too. */
  readonly takesVideo: boolean;
  /** Of the largest image that is not made smaller first. */
  readonly largestImage?: LargestImage;
}

export interface LargestImage {
  /** Tokens that the language model sees. */
  readonly tokens: number;
  /** Patches that the encoder computes. */
  readonly patches: number;
  /** Numbers in a patch: colours x pixels, of both frames where patches are of two. */
  readonly patchSize: number;
  /** Embeddings of the language model's width for each token: those of deeper layers go along in some. */
  readonly embeddingsPerToken: number;
}
