/** A value as a GGUF file stores it: the number of its type, and the value; of a list the type of its items too. */
export type Value =
  | { readonly type: Scalar; readonly value: number | bigint | boolean | string }
  | { readonly type: 'list'; readonly of: Scalar | 'list'; readonly items: readonly unknown[] };

type Scalar = keyof typeof NUMBERS;

const NUMBERS = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  text: 8,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;
const LIST = 9;

export interface GgufFile {
  readonly version?: 1 | 2 | 3;
  readonly littleEndian?: boolean;
  readonly keys: readonly (readonly [string, Value])[];
  readonly tensors?: readonly (readonly [string, readonly number[], number])[];
}

/** The header of a GGUF file, after ggml-org/ggml, `docs/gguf.md`; where parts of it start, by name. */
export function ggufBytes({ version = 3, littleEndian = true, keys, tensors = [] }: GgufFile): Uint8Array {
  const parts: Uint8Array[] = [];
  const number = (size: number, write: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(size));
    write(view);
    parts.push(new Uint8Array(view.buffer));
  };
  const u32 = (value: number) => number(4, (view) => view.setUint32(0, value, littleEndian));
  const u64 = (value: number | bigint) =>
    number(8, (view) => view.setBigUint64(0, BigInt(value), littleEndian));
  const size = (value: number) => (version === 1 ? u32(value) : u64(value));
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value);
    size(bytes.length);
    parts.push(bytes);
  };
  const scalar = (type: Scalar, value: unknown) => {
    switch (type) {
      case 'u8':
      case 'bool':
        return number(1, (view) => view.setUint8(0, Number(value)));
      case 'i8':
        return number(1, (view) => view.setInt8(0, Number(value)));
      case 'u16':
        return number(2, (view) => view.setUint16(0, Number(value), littleEndian));
      case 'i16':
        return number(2, (view) => view.setInt16(0, Number(value), littleEndian));
      case 'u32':
        return u32(Number(value));
      case 'i32':
        return number(4, (view) => view.setInt32(0, Number(value), littleEndian));
      case 'f32':
        return number(4, (view) => view.setFloat32(0, Number(value), littleEndian));
      case 'text':
        return text(String(value));
      case 'u64':
        return u64(value as bigint);
      case 'i64':
        return number(8, (view) => view.setBigInt64(0, value as bigint, littleEndian));
      case 'f64':
        return number(8, (view) => view.setFloat64(0, Number(value), littleEndian));
    }
  };
  const any = (value: Value) => {
    if (value.type !== 'list') {
      return scalar(value.type, value.value);
    }
    u32(value.of === 'list' ? LIST : NUMBERS[value.of]);
    size(value.items.length);
    for (const item of value.items) {
      if (value.of === 'list') any(item as Value);
      else scalar(value.of, item);
    }
  };

  parts.push(new TextEncoder().encode('GGUF'));
  u32(version);
  size(tensors.length);
  size(keys.length);
  for (const [key, value] of keys) {
    text(key);
    u32(value.type === 'list' ? LIST : NUMBERS[value.type]);
    any(value);
  }
  for (const [name, shape, type] of tensors) {
    text(name);
    u32(shape.length);
    for (const axis of shape) size(axis);
    u32(type);
    u64(0);
  }
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const u32 = (value: number): Value => ({ type: 'u32', value });
const texts = (items: readonly string[]): Value => ({ type: 'list', of: 'text', items });

/** A small Llama: four layers of two key-value heads of 64, and a vocabulary. */
export const SMALL_LLAMA: GgufFile = {
  keys: [
    ['general.architecture', { type: 'text', value: 'llama' }],
    ['llama.block_count', u32(4)],
    ['llama.context_length', u32(4096)],
    ['llama.embedding_length', u32(512)],
    ['llama.attention.head_count', u32(8)],
    ['llama.attention.head_count_kv', { type: 'list', of: 'i32', items: [2, 2, 2, 2] }],
    ['tokenizer.ggml.tokens', texts(['<unk>', 'a', 'b'])],
    ['tokenizer.ggml.scores', { type: 'list', of: 'f32', items: [0, -1, -2] }],
    ['tokenizer.chat_template', { type: 'text', value: '{{ messages }}' }],
  ],
  tensors: [
    ['token_embd.weight', [512, 3], 0],
    ['blk.0.attn_q.weight', [512, 512], 8],
  ],
};
