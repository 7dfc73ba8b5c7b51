import { InputError } from '@kv/core';
import type { ModelFiles, NamedText } from './files.js';

/** Bytes before the header, which are its length. */
const LENGTH_BYTES = 8;

/** As much as safetensors itself reads. */
const MAX_HEADER_BYTES = 100_000_000;

/** Enough for the header of most files, so that they need one request. */
const FIRST_READ = 128 * 1024;

/**
 * The JSON text at the beginning of a `.safetensors` file; undefined where there is no such file. Nothing of its tensors
 * is read.
 *
 * Source: huggingface/safetensors, `safetensors/src/tensor.rs` (`SafeTensors::read_metadata`, `MAX_HEADER_SIZE`), 0.8.0:
 * a little-endian number of 8 bytes, and as many bytes of JSON.
 *
 * @throws InputError, which names the file, where it is truncated, or its header too large to be one.
 */
export async function safetensorsHeader(files: ModelFiles, name: string): Promise<NamedText | undefined> {
  const first = await files.start(name, FIRST_READ);
  if (first === undefined) {
    return undefined;
  }
  const { source } = first;
  if (first.bytes.length < LENGTH_BYTES) {
    throw truncated(source);
  }
  const length = Buffer.from(first.bytes).readBigUInt64LE();
  if (length > MAX_HEADER_BYTES) {
    throw new InputError(
      `${source} is said to have a header of ${length} bytes, which no safetensors file has; it is another file, or broken.`,
    );
  }
  const end = LENGTH_BYTES + Number(length);
  const whole = first.bytes.length >= end ? first : await files.start(name, end);
  if (whole === undefined || whole.bytes.length < end) {
    throw truncated(source);
  }
  return { text: Buffer.from(whole.bytes).toString('utf8', LENGTH_BYTES, end), source };
}

function truncated(source: string): InputError {
  return new InputError(`${source} ends within its header; it is truncated.`);
}
