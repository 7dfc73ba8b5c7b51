/**
 * Published models' files as llama.cpp quantizes them: names, shapes and types of all tensors.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/llama-quant.cpp` (`use_more_bits`: which matrices of Q4_K_M are Q6_K).
 */

/** Numbers, elements and bytes of the blocks of ggml's types. */
const TYPES = { f32: [0, 1, 4], q8_0: [8, 32, 34], q4_K: [12, 256, 144], q6_K: [14, 256, 210] };

const usesMoreBits = (index, count) =>
  index < Math.floor(count / 8) ||
  index >= Math.floor((7 * count) / 8) ||
  (index - Math.floor(count / 8)) % 3 === 2;

function tensor(name, shape, type) {
  const [number, elements, bytes] = TYPES[type];
  const count = shape.reduce((product, size) => product * size, 1);
  return { name, shape, type: number, bytes: (count / elements) * bytes };
}

function decoder({
  layers,
  hidden,
  width,
  heads,
  keyValueHeads,
  headDim,
  vocabulary,
  experts,
  mix,
  isTied,
  factors,
}) {
  const more = mix === 'q4_K' ? 'q6_K' : mix;
  const blocks = Array.from({ length: layers }, (_, index) => {
    const some = usesMoreBits(index, layers) ? more : mix;
    const [queries, keys] = [heads * headDim, keyValueHeads * headDim];
    const matrices = [
      ['attn_norm', [hidden], 'f32'],
      ['attn_q', [hidden, queries], mix],
      ['attn_k', [hidden, keys], mix],
      ['attn_v', [hidden, keys], some],
      ['attn_output', [queries, hidden], mix],
      ['ffn_norm', [hidden], 'f32'],
      ...(experts === undefined
        ? [
            ['ffn_gate', [hidden, width], mix],
            ['ffn_down', [width, hidden], some],
            ['ffn_up', [hidden, width], mix],
          ]
        : [
            ['attn_q_norm', [headDim], 'f32'],
            ['attn_k_norm', [headDim], 'f32'],
            ['ffn_gate_inp', [hidden, experts.count], 'f32'],
            ['ffn_gate_exps', [hidden, experts.width, experts.count], mix],
            ['ffn_down_exps', [experts.width, hidden, experts.count], some],
            ['ffn_up_exps', [hidden, experts.width, experts.count], mix],
          ]),
    ];
    return matrices.map(([name, shape, type]) => tensor(`blk.${index}.${name}.weight`, shape, type));
  });
  return [
    tensor('token_embd.weight', [hidden, vocabulary], isTied ? more : mix),
    tensor('output_norm.weight', [hidden], 'f32'),
    ...(isTied ? [] : [tensor('output.weight', [hidden, vocabulary], more)]),
    ...(factors === undefined ? [] : [tensor('rope_freqs.weight', [factors], 'f32')]),
    ...blocks.flat(),
  ];
}

const file = (id, architecture, context, sizes) => ({
  id,
  metadata: {
    'general.architecture': architecture,
    'tokenizer.ggml.model': 'none',
    ...Object.fromEntries(
      Object.entries({
        block_count: sizes.layers,
        context_length: context,
        embedding_length: sizes.hidden,
        feed_forward_length: sizes.width,
        'attention.head_count': sizes.heads,
        'attention.head_count_kv': sizes.keyValueHeads,
        'attention.key_length': sizes.headDim,
        'attention.value_length': sizes.headDim,
        'rope.dimension_count': sizes.headDim,
        'attention.layer_norm_rms_epsilon': 1e-5,
        vocab_size: sizes.vocabulary,
        ...(sizes.experts !== undefined && {
          expert_count: sizes.experts.count,
          expert_used_count: sizes.experts.used,
          expert_feed_forward_length: sizes.experts.width,
        }),
      }).map(([key, value]) => [`${architecture}.${key}`, value]),
    ),
  },
  tensors: decoder(sizes),
});

const LLAMA_8B = {
  layers: 32,
  hidden: 4096,
  width: 14336,
  heads: 32,
  keyValueHeads: 8,
  headDim: 128,
  vocabulary: 128256,
};

export const FILES = [
  file('Llama-3.1-8B Q4_K_M', 'llama', 131072, { ...LLAMA_8B, mix: 'q4_K', factors: 64 }),
  file('Llama-3-8B Q8_0', 'llama', 8192, { ...LLAMA_8B, mix: 'q8_0' }),
  file('Llama-3.2-3B Q4_K_M', 'llama', 131072, {
    ...{
      layers: 28,
      hidden: 3072,
      width: 8192,
      heads: 24,
      keyValueHeads: 8,
      headDim: 128,
      vocabulary: 128256,
    },
    ...{ mix: 'q4_K', isTied: true, factors: 64 },
  }),
  file('Qwen3-30B-A3B Q4_K_M', 'qwen3moe', 40960, {
    ...{
      layers: 48,
      hidden: 2048,
      width: 6144,
      heads: 32,
      keyValueHeads: 4,
      headDim: 128,
      vocabulary: 151936,
    },
    ...{ mix: 'q4_K', experts: { count: 128, used: 8, width: 768 } },
  }),
];
