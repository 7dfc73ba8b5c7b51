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

/** Only the layers whose calculators and alignment of blocks agree on them, in the release where that was read. */
function speculativeTokens({ mechanism }: RecurrentLayer, { name }: Model, settings: VllmSettings): number {
  const { numSpeculativeTokens = 0 } = settings;
  const isKnown = mechanism === 'mamba2' || mechanism === 'gated_delta_net';
  if (numSpeculativeTokens > 0 && !(isKnown && factsOf(settings).speculates)) {
    throw new InputError(
      `numSpeculativeTokens is ${numSpeculativeTokens}, but what vLLM keeps for it in the recurrent layers of ${name} is known here for Mamba 2 and gated delta nets since 0.33 only; leave it out.`,
    );
  }
  return numSpeculativeTokens;
}

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
