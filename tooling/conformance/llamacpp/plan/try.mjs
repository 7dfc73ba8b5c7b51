import { mkdtempSync } from 'node:fs';
import { ask } from '../ask.mjs';
import { VOCABULARY } from '../vocabulary.mjs';
import { nativeLibraries } from './native.mjs';
const metadata = { ...VOCABULARY, 'tokenizer.ggml.model': 'none', 'general.architecture': 'llama' };
for (const [k, v] of Object.entries({ block_count: 32, context_length: 131072, embedding_length: 4096, feed_forward_length: 14336, 'attention.head_count': 32, 'attention.head_count_kv': 8, 'attention.layer_norm_rms_epsilon': 1e-5, 'rope.dimension_count': 128, vocab_size: 128256 })) metadata[`llama.${k}`] = v;
for (const k of Object.keys(metadata)) if (k.startsWith('tokenizer.ggml') && k !== 'tokenizer.ggml.model') delete metadata[k];
const r = await ask({ metadata, kinds: Array(32).fill('a'), optional: ['rope_freqs.weight'] }, [{ n_ctx: 8192, n_batch: 2048, n_ubatch: 512, n_seq_max: 1, n_outputs_max: 2048 }], mkdtempSync('/tmp/kvx'), { devices: [24 * 2 ** 30], ...nativeLibraries(), model: { n_gpu_layers: -1 } });
console.log(JSON.stringify(r[0].buffers), r[0].lines.filter((l) => /buffer size/.test(l)));
