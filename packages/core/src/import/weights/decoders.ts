import type { DecoderStyle } from './decoder.js';
import { DENSE_DECODERS } from './dense-decoders.js';
import { EXPERT_DECODERS } from './expert-decoders.js';
import { LAYER_NORM_DECODERS } from './layer-norm-decoders.js';
import { LINEAR_DECODERS } from './linear-attention.js';
import { MAMBA_DECODERS } from './mamba.js';
import { REMOTE_DECODERS } from './remote-code.js';

/**
 * What decoders are made of, by `model_type`: the modules of the class of that type and what they default to.
 *
 * Source: huggingface/transformers, `models/<type>/modeling_*.py` and `configuration_*.py` of each type, 5.23.0. Each row is
 * checked against the class itself, made on PyTorch's meta device (`tooling/transformers/parameter_counts.py`). Types
 * that transformers does not have are checkpoints of the class that is named beside them.
 */
export const DECODERS: Readonly<Record<string, DecoderStyle>> = {
  ...DENSE_DECODERS,
  ...EXPERT_DECODERS,
  ...LAYER_NORM_DECODERS,
  ...LINEAR_DECODERS,
  ...MAMBA_DECODERS,
  ...REMOTE_DECODERS,
};
