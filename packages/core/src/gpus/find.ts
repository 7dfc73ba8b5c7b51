import { InputError } from '../text/errors.js';
import { nearest } from '../text/nearest.js';
import { GPUS } from './data.js';
import type { Gpu } from './gpu.js';

/**
 * The GPU that a text means, without regard to case, blanks, dashes and the vendor's name: `H100 SXM`, `rtx4090`,
 * `nvidia a100-80gb`.
 *
 * `h100` and `h200` are the SXM boards, by far the most common ones.
 *
 * @throws InputError for an unknown name, with the nearest known one, and for a name of several (`a100`), with all of
 *   them where their memory sizes differ.
 */
export function gpuNamed(text: string): Gpu {
  const key = keyOf(text);
  const exact = GPUS.find((gpu) => keysOf(gpu).includes(key));
  if (exact !== undefined) {
    return exact;
  }
  const variants = key === '' ? [] : GPUS.filter((gpu) => keysOf(gpu).some((own) => isVariant(own, key)));
  const [only, ...others] = variants;
  if (only !== undefined && others.length === 0) {
    return only;
  }
  if (only !== undefined) {
    throw new InputError(
      `"${shown(text)}" may be ${variants.map(({ id }) => id).join(', ')}; say which, for they differ.`,
    );
  }
  const guess = key === '' ? undefined : nearest(key, GPUS.flatMap(keysOf));
  const near = GPUS.find((gpu) => guess !== undefined && keysOf(gpu).includes(guess));
  throw new InputError(
    `Unknown GPU "${shown(text)}"${near === undefined ? '.' : `; did you mean ${near.id}?`} "kv gpus" lists the known ones; --memory 80GB works without.`,
  );
}

/** The GPUs whose id, name or alias has all words of a text in it; all of them for an empty text. */
export function searchGpus(text: string): readonly Gpu[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return GPUS.filter((gpu) => {
    const haystack = [gpu.id, gpu.name.toLowerCase(), ...keysOf(gpu)].join(' ');
    return words.every((word) => haystack.includes(word));
  });
}

/**
 * Longer with a form factor or a size, not with another model's letter or digit: `h100` for `h100nvl`, but neither `l4`
 * for `l40` nor `h10` for `h10080gb`.
 */
function isVariant(own: string, key: string): boolean {
  return (
    /\d/.test(key) &&
    own.startsWith(key) &&
    /^(sxm|pcie|nvl|[1-9]\d{1,2}gb|[ax]$)/.test(own.slice(key.length))
  );
}

function keysOf({ id, name, aliases }: Gpu): readonly string[] {
  return [keyOf(id), keyOf(name), ...aliases];
}

function keyOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/^\s*(nvidia|amd|intel|apple|google)\b/, '')
    .replace(/[\s_()-]/g, '')
    .replace(/^(geforce|instinct|radeon)/, '');
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
