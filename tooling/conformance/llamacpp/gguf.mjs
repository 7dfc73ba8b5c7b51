import { truncateSync, writeFileSync } from 'node:fs';

const TYPES = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9, uint64: 10 };
const F32 = 0;
const ALIGNMENT = 32;

/**
 * Writes a GGUF file (version 3, ggml-org/ggml `docs/gguf.md`) whose tensors are one number each.
 *
 * @param metadata values by key: integers as uint32 (in lists int32), other numbers as float32, texts, booleans and lists of those.
 * @param tensors their names.
 */
export function writeGguf(path, metadata, tensors) {
  const numbers = tensors.map((name) => ({ name, shape: [1], type: F32 }));
  const size = writeHeader(path, metadata, numbers, (_, index) => index * ALIGNMENT);
  truncateSync(path, size + tensors.length * ALIGNMENT);
}

/** Everything before the tensors' data; its bytes. */
function writeHeader(path, metadata, tensors, offsetOf) {
  const parts = [];
  const raw = (size, write) => {
    const buffer = Buffer.alloc(size);
    write(buffer);
    parts.push(buffer);
  };
  const u32 = (value) => raw(4, (buffer) => buffer.writeUInt32LE(value));
  const u64 = (value) => raw(8, (buffer) => buffer.writeBigUInt64LE(BigInt(value)));
  const text = (value) => {
    const bytes = Buffer.from(value);
    u64(bytes.length);
    parts.push(bytes);
  };
  const scalar = (type, value) => {
    if (type === TYPES.string) text(value);
    else if (type === TYPES.bool) parts.push(Buffer.from([value ? 1 : 0]));
    else if (type === TYPES.float32) raw(4, (buffer) => buffer.writeFloatLE(Number(value)));
    else if (type === TYPES.int32) raw(4, (buffer) => buffer.writeInt32LE(value));
    else u32(value);
  };

  parts.push(Buffer.from('GGUF'));
  u32(3);
  u64(tensors.length);
  u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    text(key);
    if (Array.isArray(value)) {
      const type = typeOf(value[0]) === TYPES.uint32 ? TYPES.int32 : typeOf(value[0]);
      u32(TYPES.array);
      u32(type);
      u64(value.length);
      for (const item of value) scalar(type, item);
    } else {
      u32(typeOf(value));
      scalar(typeOf(value), value);
    }
  }
  tensors.forEach((tensor, index) => {
    text(tensor.name);
    u32(tensor.shape.length);
    for (const size of tensor.shape) u64(size);
    u32(tensor.type);
    u64(offsetOf(tensor, index));
  });
  const header = Buffer.concat(parts);
  const padding = (ALIGNMENT - (header.length % ALIGNMENT)) % ALIGNMENT;
  writeFileSync(path, Buffer.concat([header, Buffer.alloc(padding)]));
  return header.length + padding;
}

/**
 * Writes a file whose tensors have their true shapes and types and no data: a hole of their size.
 *
 * @param tensors each with its name, shape, the number of its type, and bytes.
 */
export function writeSparseGguf(path, metadata, tensors) {
  let offset = 0;
  const size = writeHeader(path, metadata, tensors, ({ bytes }) => {
    const start = offset;
    offset += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return start;
  });
  truncateSync(path, size + offset);
}

/** A number that must be stored as a float though it is whole. */
export class Float {
  constructor(value) {
    this.value = value;
  }
  valueOf() {
    return this.value;
  }
  toJSON() {
    return { float: this.value };
  }
}

/** For `JSON.parse`: numbers that must be stored as floats again. */
export function reviveFloats(_key, value) {
  return typeof value?.float === 'number' ? new Float(value.float) : value;
}

function typeOf(value) {
  if (value instanceof Float) return TYPES.float32;
  switch (typeof value) {
    case 'string':
      return TYPES.string;
    case 'boolean':
      return TYPES.bool;
    default:
      return !Number.isInteger(value) ? TYPES.float32 : value < 0 ? TYPES.int32 : TYPES.uint32;
  }
}
