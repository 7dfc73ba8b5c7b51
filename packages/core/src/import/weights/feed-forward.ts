import { type Config, field, integer, optionalInteger } from '../fields.js';
import { type Flag, isOn } from './attention.js';
import { firstInteger } from './fields.js';
import { linear, type Tensors, tensors, vector } from './tensors.js';

/** A dense feed-forward layer: gate, up and down, or up and down alone. */
export function denseTensors(
  config: Config,
  intermediate: number,
  { gated = true, bias = false, module = 'mlp' }: DenseStyle = {},
): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const hasBias = isOn(config, bias);
  return [
    ...(gated ? linear(`${module}.gate_proj`, intermediate, hidden, hasBias) : []),
    ...linear(`${module}.up_proj`, intermediate, hidden, hasBias),
    ...linear(`${module}.down_proj`, hidden, intermediate, hasBias),
  ];
}

export interface DenseStyle {
  readonly gated?: boolean;
  readonly bias?: Flag;
  readonly module?: string;
}

/** What a mixture of experts has beside its experts. */
export interface ExpertStyle {
  /** The field that says how large an expert is. */
  readonly size: string;
  /** The router has a bias that corrects its scores. */
  readonly correction?: true;
  /** Experts and router have biases (gpt-oss). */
  readonly bias?: true;
  readonly gated?: boolean;
  /** What an expert reads and writes; the hidden size by default. */
  readonly width?: (config: Config) => number;
  /** Size of what every token visits beside the experts; 0 where there is none. */
  readonly shared?: (config: Config) => number;
  readonly sharedBias?: Flag;
  /** The shared expert has a gate (Qwen). */
  readonly sharedGate?: true;
}

const COUNT = ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts'] as const;
const PER_TOKEN = [
  'num_experts_per_tok',
  'num_experts_per_token',
  'moe_k',
  'moe_topk',
  'top_k_experts',
] as const;

/** A mixture of experts: router, routed experts, and what all tokens share. */
export function expertTensors(config: Config, style: ExpertStyle): readonly Tensors[] {
  const hidden = integer(config, 'hidden_size');
  const experts = firstInteger(config, [...COUNT]);
  const perToken = firstInteger(config, [...PER_TOKEN]);
  const size = integer(config, style.size);
  const width = style.width?.(config) ?? hidden;
  const gated = style.gated ?? true;
  const shared = style.shared?.(config) ?? 0;
  const ofExperts = (module: string, rows: number, columns: number): Tensors => ({
    ...tensors('expert', `mlp.experts.${module}`, rows, columns),
    copies: experts,
    activeCopies: Math.min(perToken, experts),
  });
  const biases = (module: string, rows: number): readonly Tensors[] =>
    style.bias ? [{ ...ofExperts(module, rows, 1), kind: 'other' }] : [];
  return [
    tensors('other', 'mlp.gate', experts, hidden),
    ...(style.correction ? [vector('mlp.gate.e_score_correction_bias', experts)] : []),
    ...(style.bias ? [vector('mlp.gate', experts)] : []),
    ...(gated ? [ofExperts('gate_proj', size, width), ...biases('gate_proj', size)] : []),
    ofExperts('up_proj', size, width),
    ...biases('up_proj', size),
    ofExperts('down_proj', width, size),
    ...biases('down_proj', width),
    ...(shared === 0
      ? []
      : denseTensors(config, shared, {
          gated,
          bias: style.sharedBias ?? false,
          module: 'mlp.shared_experts',
        })),
    ...(style.sharedGate ? [tensors('other', 'mlp.shared_expert_gate', 1, hidden)] : []),
  ];
}

/** `count` shared experts of the size of a routed one, as DeepSeek has them. */
export function sharedExperts(count: string, size: string): (config: Config) => number {
  return (config) => (optionalInteger(config, count, 0) ?? 0) * integer(config, size);
}

/** Whether a layer of Qwen's mixtures has experts: every `decoder_sparse_step`-th that is not listed as dense. */
export function isSparseStep(config: Config, index: number): boolean {
  const dense = field(config, 'mlp_only_layers');
  return (
    !(Array.isArray(dense) && dense.includes(index)) &&
    (index + 1) % (optionalInteger(config, 'decoder_sparse_step') ?? 1) === 0
  );
}

/** Whether a layer of DeepSeek's mixtures has experts: those listed, or all from `first_k_dense_replace` on. */
export function isAfterDense(config: Config, index: number): boolean {
  const types = field(config, 'mlp_layer_types');
  if (Array.isArray(types)) {
    return types[index] === 'sparse';
  }
  const frequency = field(config, 'moe_layer_freq');
  if (Array.isArray(frequency)) {
    return frequency[index] === 1;
  }
  const every = optionalInteger(config, 'moe_layer_freq') ?? 1;
  return index >= (optionalInteger(config, 'first_k_dense_replace', 0) ?? 0) && index % every === 0;
}

/** Whether a layer of ERNIE's mixtures has experts. */
export function isErnieSparse(config: Config, index: number): boolean {
  const start = optionalInteger(config, 'moe_layer_start_index', 0) ?? 1;
  const end = optionalInteger(config, 'moe_layer_end_index', -1) ?? -1;
  const every = optionalInteger(config, 'moe_layer_interval') ?? 1;
  return (index + 1) % every === 0 && index >= start && (end === -1 || index <= end);
}
