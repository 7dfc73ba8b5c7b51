import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Storage, storageOf } from '../../../src/import/weights/quantization.js';
import { linear, type Tensors, tensors } from '../../../src/import/weights/tensors.js';

/** A layer with attention, experts and a router, between an embedding and a head. */
const ALL: readonly Tensors[] = [
  tensors('embedding', 'embed_tokens', 1000, 256),
  ...[0, 1].flatMap((layer) =>
    [
      ...linear('self_attn.q_proj', 512, 256, true),
      tensors('other', 'mlp.gate', 8, 256),
      { ...tensors('expert', 'mlp.experts.up_proj', 300, 256), copies: 8 },
    ].map((tensor) => ({ ...tensor, layer })),
  ),
  tensors('head', 'lm_head', 1000, 256),
];

const [embedding, query, queryBias, router, expert, query1] = ALL as [
  ...[Tensors, Tensors, Tensors, Tensors, Tensors, Tensors],
];

function bytes(quantization: Readonly<Record<string, unknown>>, tensor: Tensors): number | undefined {
  return storageOf(quantization, 'bf16', ALL)?.bytesOf(tensor);
}

describe('bytes of a checkpoint', () => {
  it('are those of the dtype where nothing is quantized', () => {
    const { bytesOf } = storageOf(undefined, 'fp32', ALL) as Storage;
    expect(bytesOf(query)).toBe(4 * 512 * 256);
  });

  it.each([
    ['fp8 in blocks', { quant_method: 'fp8', weight_block_size: [128, 128] }, 512 * 256 + 4 * 4 * 2],
    ['fp8', { quant_method: 'fp8' }, 512 * 256 + 4],
    ['NVFP4', { quant_method: 'modelopt', quant_algo: 'NVFP4' }, (512 * 256 * 9) / 16 + 8],
    ['FP8 of modelopt', { quant_algo: 'FP8' }, 512 * 256 + 8],
    [
      'integers in groups',
      {
        quant_method: 'compressed-tensors',
        config_groups: {
          group_0: {
            targets: ['Linear'],
            weights: { num_bits: 4, type: 'int', strategy: 'group', group_size: 32, symmetric: true },
          },
        },
      },
      (512 * 256) / 2 + 2 * 512 * 8,
    ],
    [
      'floats by row',
      {
        quant_method: 'compressed-tensors',
        config_groups: {
          group_0: { targets: ['Linear'], weights: { num_bits: 8, type: 'float', strategy: 'channel' } },
        },
      },
      512 * 256 + 2 * 512,
    ],
    ['AWQ', { quant_method: 'awq', bits: 4, group_size: 128 }, (512 * 256) / 2 + 2 * (256 + 1024)],
    [
      'GPTQ',
      { quant_method: 'gptq', bits: 4, group_size: 128 },
      (512 * 256) / 2 + 2 * (256 + 1024) + 4 * 256,
    ],
  ])('count %s, scales included', (_, quantization, expected) => {
    expect(bytes(quantization, query)).toBe(expected);
    for (const plain of [embedding, queryBias, router]) {
      expect(bytes(quantization, plain)).toBe(2 * plain.rows * plain.columns);
    }
  });

  it('count mxfp4 for experts alone', () => {
    expect(bytes({ quant_method: 'mxfp4' }, expert)).toBe(300 * 8 * 17);
    expect(bytes({ quant_method: 'mxfp4' }, query)).toBe(2 * 512 * 256);
  });

  it.each([
    ['a module of one layer', ['model.layers.0.self_attn'], true, false],
    ['a module of every layer', ['model.layers.*.self_attn'], true, true],
    ['all below a name', ['language_model.model.layers.1.self_attn*'], false, true],
    ['the end of a name', ['self_attn.q_proj', 'lm_head'], true, true],
    ['an expression', ['re:.*self_attn.*', 're:.*lm_head.*'], true, true],
    [
      'what is never quantized',
      ['lm_head', 'model.layers.0.mlp.gate', 'model.layers.0.input_layernorm'],
      false,
      false,
    ],
    ['a layer beyond the last', ['model.layers.2.self_attn.q_proj'], false, false],
  ])('leave out %s', (_, ignored, first, second) => {
    for (const key of ['modules_to_not_convert', 'ignore']) {
      const quantization = { quant_method: 'fp8', [key]: ignored };
      const plain = 2 * 512 * 256;
      expect(bytes(quantization, query)).toBe(first ? plain : 512 * 256 + 4);
      expect(bytes({ ...quantization }, { ...query1, ...query, layer: 1 })).toBe(
        second ? plain : 512 * 256 + 4,
      );
    }
  });

  it('are unknown where the scheme or what it leaves out is not understood', () => {
    for (const quantization of [
      { quant_method: 'quip' },
      {},
      { quant_method: 'modelopt', quant_algo: 'MIXED_PRECISION' },
      { quant_method: 'fp8', weight_block_size: [0, 128] },
      { quant_method: 'fp8', weight_block_size: 'all' },
      { quant_method: 'gptq', bits: 3 },
      { quant_method: 'compressed-tensors', config_groups: { a: {}, b: {} } },
      { quant_method: 'fp8', ignore: ['model.layers.0.mlp.experts.3.up_proj'] },
      { quant_method: 'fp8', ignore: ['re:(a+)+$'] },
      { quant_method: 'fp8', ignore: ['*a*b*c*d*e'] },
    ]) {
      expect(storageOf(quantization, 'bf16', ALL)).toBeUndefined();
    }
  });

  it('are told in bounded time, whatever is left out', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 300 })), (ignore) => {
        const found = bytes({ quant_method: 'fp8', ignore }, query);
        expect(found === undefined || Number.isSafeInteger(found)).toBe(true);
      }),
    );
  });

  it('follow an hf_quant_config.json with its list of what is left out, a whole layer among it', () => {
    const algorithm = { quant_algo: 'NVFP4', group_size: 16 };
    const nested = { quantization: { ...algorithm, exclude_modules: ['lm_head', 'model.layers.1*'] } };
    expect(bytes(nested, query)).toBe((512 * 256 * 9) / 16 + 8);
    expect(bytes(nested, query1)).toBe(2 * 512 * 256);
  });

  it('are no fewer than with any list where a file was cut before its list of what is left out', () => {
    const algorithm = { quant_algo: 'NVFP4', group_size: 16 };
    const cut = storageOf({ quantization: algorithm }, 'bf16', ALL) as Storage;
    expect(cut.name).toContain('at most');
    expect(cut.bytesOf(expert)).toBe(300 * 16 * 9 + 8);
    const module = fc.constantFrom('lm_head', 'model.layers.0.self_attn*', '*.self_attn.q_proj', 'mlp.gate');
    fc.assert(
      fc.property(fc.array(module), (exclude_modules) => {
        const whole = storageOf({ quantization: { ...algorithm, exclude_modules } }, 'bf16', ALL) as Storage;
        const sum = ({ bytesOf }: Storage) =>
          ALL.reduce((total, tensor) => total + bytesOf(tensor) * tensor.copies, 0);
        expect(sum(cut)).toBeGreaterThanOrEqual(sum(whole));
      }),
    );
  });

  it('follow the algorithm that each module is listed with', () => {
    const quantized_layers = {
      'model.language_model.layers.0.self_attn.q_proj': { quant_algo: 'FP8' },
      'model.layers.1.self_attn.q_proj': { quant_algo: 'MXFP8' },
      'backbone.layers.0.mixer.experts.3.up_proj': { quant_algo: 'W4A16_NVFP4', group_size: 16 },
      'model.layers.1.block_sparse_moe.experts': { quant_algo: 'NVFP4', group_size: 16 },
      lm_head: { quant_algo: 'W4A16_NVFP4', group_size: 16 },
      'mtp.layers.0.mlp.down_proj': { quant_algo: 'of the future' },
    };
    const mixed = { quant_method: 'modelopt', quant_algo: 'MIXED_PRECISION', quantized_layers };
    const expected = [
      2 * 1000 * 256,
      ...[512 * 256 + 8, 2 * 512, 2 * 8 * 256, 300 * 16 * 9 + 4],
      ...[512 * 8 * 33, 2 * 512, 2 * 8 * 256, 300 * 16 * 9 + 8],
      1000 * 16 * 9 + 4,
    ];
    for (const quantization of [
      mixed,
      { quantization: { quant_algo: 'MIXED_PRECISION', exclude_modules: ['mtp*'], quantized_layers } },
    ]) {
      expect(ALL.map((tensor) => bytes(quantization, tensor))).toEqual(expected);
    }
    const other = { 'model.layers.0.self_attn.z_proj': { quant_algo: 'FP8' } };
    const algorithm = { 'model.layers.0.self_attn.q_proj': { quant_algo: 'FP3' } };
    for (const more of [other, algorithm]) {
      const listed = { ...quantized_layers, ...more };
      expect(storageOf({ ...mixed, quantized_layers: listed }, 'bf16', ALL)).toBeUndefined();
    }
  });

  it('leave out a shared expert under either name', () => {
    const shared = { ...linear('mlp.shared_experts.up_proj', 512, 256)[0], layer: 0 } as Tensors;
    for (const name of ['*.mlp.shared_expert.*', 'model.layers.0.mlp.shared_expert*', 'mlp.shared_experts']) {
      const storage = storageOf({ quant_algo: 'NVFP4', ignore: [name] }, 'bf16', [...ALL, shared]);
      expect(storage?.bytesOf(shared)).toBe(2 * 512 * 256);
    }
  });

  it('are those of two formats where experts have their own, and of fp32 what stays so', () => {
    const fp8 = { quant_method: 'fp8', weight_block_size: [128, 128] };
    const { bytesOf } = storageOf(fp8, 'bf16', ALL, 'fp4') as Storage;
    expect([bytesOf(query), bytesOf(expert)]).toEqual([512 * 256 + 4 * 2, (300 * 256 * 17) / 32]);
    expect(bytesOf({ ...router, bytesPerNumber: 4 })).toBe(4 * 8 * 256);
    expect(storageOf(fp8, 'bf16', ALL, 'fp2')).toBeUndefined();
  });
});
