import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { estimate } from '../../src/estimate/estimate.js';
import { modelFromConfig } from '../../src/import/config.js';
import { ENCODERS, ENCODERS_UNLESS_DECODER } from '../../src/import/encoders.js';
import { InputError } from '../../src/text/errors.js';

const read = (config: Readonly<Record<string, unknown>>) =>
  modelFromConfig(config, { id: 'test', source: 'a test' });

const bytesPerToken = (config: Readonly<Record<string, unknown>>) =>
  estimate(read(config), { ...DEFAULT_WORKLOAD, contextLength: 100 }).bytesPerToken;

/** As published, fields that decide nothing left out. */
const BERT = {
  architectures: ['BertForMaskedLM'],
  model_type: 'bert',
  hidden_size: 768,
  num_attention_heads: 12,
  num_hidden_layers: 12,
  max_position_embeddings: 512,
  torch_dtype: 'bfloat16',
};

describe('an encoder', () => {
  it.each(
    Object.entries({
      'google-bert/bert-base-uncased': [BERT, 12],
      'FacebookAI/xlm-roberta-base': [
        { ...BERT, architectures: ['XLMRobertaForMaskedLM'], model_type: 'xlm-roberta' },
        12,
      ],
      'google/electra-small': [
        { ...BERT, architectures: ['ElectraForPreTraining'], model_type: 'electra', embedding_size: 128 },
        12,
      ],
      'google/vit-base-patch16-224': [
        {
          ...BERT,
          architectures: ['ViTForImageClassification'],
          model_type: 'vit',
          image_size: 224,
          patch_size: 16,
        },
        12,
      ],
      'openai/clip-vit-base-patch32': [
        {
          architectures: ['CLIPModel'],
          model_type: 'clip',
          text_config: { model_type: 'clip_text_model', num_hidden_layers: 12, hidden_size: 512 },
          vision_config: { model_type: 'clip_vision_model', num_hidden_layers: 12 },
        },
        12,
      ],
      'google/siglip-base-patch16-224, whose parts are all default': [
        {
          architectures: ['SiglipModel'],
          model_type: 'siglip',
          text_config: { model_type: 'siglip_text_model' },
          vision_config: { model_type: 'siglip_vision_model' },
        },
        12,
      ],
      'distilbert-base-uncased': [
        {
          architectures: ['DistilBertForMaskedLM'],
          model_type: 'distilbert',
          dim: 768,
          n_heads: 12,
          n_layers: 6,
        },
        6,
      ],
      'microsoft/resnet-50': [
        { architectures: ['ResNetForImageClassification'], model_type: 'resnet', depths: [3, 4, 6, 3] },
        16,
      ],
      'answerdotai/ModernBERT-base': [
        {
          ...BERT,
          architectures: ['ModernBertForMaskedLM'],
          model_type: 'modernbert',
          num_hidden_layers: 22,
          local_attention: 128,
        },
        22,
      ],
      'a masked language model of a type that is not known': [
        { ...BERT, architectures: ['NewForMaskedLM'], model_type: 'new', pack_qkv: true },
        12,
      ],
    } as const),
  )('keeps nothing: %s', (_, [config, layers]) => {
    const model = read(config);
    expect({ layers: model.layers, bytes: bytesPerToken(config) }).toEqual({
      layers: Array.from({ length: layers }, () => ({ kind: 'none' })),
      bytes: 0,
    });
    expect(model.warnings.join(' ')).toContain('is an encoder');
  });

  it.each(Object.keys(ENCODERS_UNLESS_DECODER))(
    '%s: keeps every head of every layer as a decoder',
    (type) => {
      const config = { ...BERT, architectures: ['ForCausalLM'], model_type: type };
      expect(bytesPerToken({ ...config, is_decoder: true })).toBe(2 * 12 * 768 * 2);
      expect(bytesPerToken({ ...config, is_decoder: false })).toBe(0);
      expect(bytesPerToken(config)).toBe(0);
    },
  );

  it.each(Object.keys(ENCODERS))('%s: keeps nothing whatever is_decoder says', (type) => {
    expect(bytesPerToken({ model_type: type, num_hidden_layers: 3, is_decoder: true })).toBe(0);
  });

  it('is named where it has no number of layers', () => {
    expect(() => read({ model_type: 'mobilenet_v2' })).toThrow(InputError);
    expect(() => read({ model_type: 'mobilenet_v2' })).toThrow('no KV cache to size');
  });
});
