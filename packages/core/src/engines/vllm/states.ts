import type { DtypeName } from '../../model/dtype.js';
import { dtypeOf, rowBytes } from '../../model/dtype.js';
import type { RecurrentLayer } from '../../model/layer.js';
import type { Model } from '../../model/model.js';
import { InputError } from '../../text/errors.js';
import { factsOf } from './releases.js';
import type { VllmSettings } from './settings.js';

/** The state of a recurrent layer on one tensor-parallel rank. */
export interface State {
  readonly bytes: number;
  /** `conv 3 x 8192 bf16 + 32 x 128 x 128 fp32`. */
  readonly arithmetic: string;
}

/**
 * The convolution's last inputs, with room for those of speculated tokens, and the recurrent state, heads and channels
 * split over tensor-parallel ranks. Groups of Mamba 2 that the ranks do not divide are extended to one for each rank.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/model_executor/layers/mamba/mamba_utils.py`
 * (`MambaStateShapeCalculator`, `MambaStateDtypeCalculator`).
 *
 * @throws InputError for layers that vLLM does not have, and for heads or channels that the ranks do not divide.
 */
export function stateOf(
  layer: RecurrentLayer,
  model: Model,
  tensorParallel: number,
  settings: VllmSettings,
): State {
  const { mechanism, convolution, state } = layer;
  if (mechanism === 'rwkv' || mechanism === 'rg_lru') {
    throw new InputError(
      `vLLM does not run ${model.name}: it has no ${mechanism === 'rwkv' ? 'RWKV' : 'RG-LRU'} layers.`,
    );
  }
  const share = (size: number, what: string) => {
    if (size % tensorParallel !== 0) {
      throw new InputError(
        `vLLM cannot split the ${size} ${what} of ${model.name} over tensorParallel ${tensorParallel}; it must divide them.`,
      );
    }
    return size / tensorParallel;
  };
  const parts: State[] = [];
  if (convolution !== undefined) {
    const { channels, kernelSize, groups } = convolution;
    const missingGroups =
      groups === undefined || groups.numGroups % tensorParallel === 0 ? 0 : tensorParallel - groups.numGroups;
    const extended = channels + missingGroups * (groups?.groupChannels ?? 0);
    parts.push(
      tensor(
        [
          kernelSize - 1 + speculativeTokens(layer, model, settings),
          share(extended, 'channels of a convolution'),
        ],
        convolutionDtype(model, settings),
      ),
    );
  }
  if (state !== undefined) {
    const [split = 1, ...rest] = state.shape;
    parts.push(
      tensor([share(split, 'heads or channels of a state'), ...rest], recurrentDtype(layer, model, settings)),
    );
  }
  return {
    bytes: parts.reduce((total, { bytes }) => total + bytes, 0),
    arithmetic: `(${parts.map(({ arithmetic }) => arithmetic).join(' + ')})`,
  };
}

/**
 * Tokens that a convolution has room for beside its last inputs. Other layers than these either do not run with speculation
 * or have states larger than the blocks that are made for them.
 *
 * Source: vllm-project/vllm v0.16.0, `vllm/model_executor/layers/mamba/abstract.py` (`get_kv_cache_spec`); v0.17.0, v0.31.0,
 * v0.32.0 and v0.33.0, `get_mamba_state_shape_from_config` of `vllm/model_executor/models`.
 *
 * @throws InputError for other layers.
 */
function speculativeTokens(
  { mechanism }: RecurrentLayer,
  { name, architecture }: Model,
  settings: VllmSettings,
): number {
  const { numSpeculativeTokens = 0 } = settings;
  const { speculatesBeside } = factsOf(settings);
  const runs = {
    'Qwen3-Next': QWEN3_NEXT.test(architecture),
    'gated delta nets and Nemotron-H':
      mechanism === 'gated_delta_net' || (mechanism === 'mamba2' && NEMOTRON_H.test(architecture)),
    'gated delta nets and Mamba 2': mechanism === 'gated_delta_net' || mechanism === 'mamba2',
  };
  if (numSpeculativeTokens > 0 && !runs[speculatesBeside]) {
    throw new InputError(
      `numSpeculativeTokens is ${numSpeculativeTokens}, but beside recurrent layers this release of vLLM speculates for ${speculatesBeside} only, as far as is known here, not for ${name}; leave it out.`,
    );
  }
  return numSpeculativeTokens;
}

const QWEN3_NEXT = /^qwen3_?next/i;
const NEMOTRON_H = /^nemotron_?h/i;

function tensor(shape: readonly number[], dtype: DtypeName): State {
  const elements = shape.reduce((product, size) => product * size, 1);
  return { bytes: rowBytes(dtypeOf(dtype), elements), arithmetic: `${shape.join(' x ')} ${dtype}` };
}

const DTYPES = { float32: 'fp32', float16: 'fp16', bfloat16: 'bf16' } as const;

/**
 * What vLLM computes in: checkpoints in fp32, or in a format that it only stores weights in, run in bf16.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/config/model.py` (`_resolve_auto_dtype`).
 */
export function modelDtype({ dtype: { dtype } }: Model): 'fp16' | 'bf16' {
  return dtype === 'fp16' ? 'fp16' : 'bf16';
}

function convolutionDtype(model: Model, { mambaCacheDtype = 'auto' }: VllmSettings): DtypeName {
  return mambaCacheDtype === 'auto' ? modelDtype(model) : DTYPES[mambaCacheDtype];
}

/**
 * Architectures whose config, and not `--mamba-cache-dtype`, says what recurrent states are kept in: `mamba_ssm_dtype`
 * of Qwen3.5, `mamba_ssm_cache_dtype` of Nemotron-H, fp32 where they have none.
 *
 * Source: vllm-project/vllm v0.33.0, `vllm/model_executor/models/config.py` (`Qwen3_5ForConditionalGenerationConfig`,
 * `NemotronHForCausalLMConfig`, `MODELS_CONFIG_MAP`).
 */
const STATE_DTYPE_OF_CONFIG = /^(qwen3_5|nemotron_?h)/i;

function recurrentDtype(
  { mechanism, state }: RecurrentLayer,
  model: Model,
  settings: VllmSettings,
): DtypeName {
  const { mambaSsmCacheDtype = 'auto' } = settings;
  const hasOwnDtype = mechanism !== 'lightning_attention' && mechanism !== 'linear_attention';
  if (hasOwnDtype && mambaSsmCacheDtype !== 'auto') {
    return DTYPES[mambaSsmCacheDtype];
  }
  if (mechanism === 'kimi_delta_attention') {
    return 'fp32';
  }
  if (STATE_DTYPE_OF_CONFIG.test(model.architecture) && state !== undefined && state.dtype !== 'model') {
    return state.dtype;
  }
  return convolutionDtype(model, settings);
}
