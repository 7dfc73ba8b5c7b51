import { Float } from './gguf.mjs';

const BYTES = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);

/** The smallest SentencePiece vocabulary that the engine's tokenizer takes: three control tokens and all bytes. */
export const VOCABULARY = {
  'tokenizer.ggml.model': 'llama',
  'tokenizer.ggml.tokens': ['<unk>', '<s>', '</s>', ...BYTES, '\u2581', '\n'],
  'tokenizer.ggml.scores': Array.from({ length: 261 }, () => new Float(0)),
  'tokenizer.ggml.token_type': [2, 3, 3, ...BYTES.map(() => 6), 1, 1],
  'tokenizer.ggml.bos_token_id': 1,
  'tokenizer.ggml.eos_token_id': 2,
  'tokenizer.ggml.unknown_token_id': 0,
};
