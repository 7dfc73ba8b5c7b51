import { InputError } from '../text/errors.js';
import { nearest } from '../text/nearest.js';
import { GPUS } from './data.js';
import type { Gpu } from './gpu.js';

/** GPUs of one kind. */
export interface GpuCount {
  readonly gpu: Gpu;
  /** Absent where it is not said. */
  readonly count?: number;
}

/** Before or behind the name: `4xh100`, `4 x h100`, `h100:4`, `h100 x4`. */
const COUNTED = [
  /^\s*(?<count>\d{1,5})\s*[x×*]\s*(?<name>.+)$/i,
  /^(?<name>.+?)\s*:\s*(?<count>\d{1,5})\s*$/,
  /^(?<name>.*[\d\s])[x×*]\s*(?<count>\d{1,5})\s*$/i,
];

/**
 * The GPUs that a text means, with commas between different ones: `4xh100`, `h100:4`, `rtx-4090, 2x rtx-3060`.
 *
 * @throws InputError as `gpuNamed`, for a count of 0, and for a GPU that is named twice.
 */
export function gpusNamed(text: string): readonly GpuCount[] {
  const counts = text.split(',').map(countOf);
  counts.forEach(({ gpu }, index) => {
    if (counts.findIndex((other) => other.gpu === gpu) !== index) {
      throw new InputError(
        `"${shown(text)}" names ${gpu.id} twice; say how many there are, as in 2x${gpu.id}.`,
      );
    }
  });
  return counts;
}

function countOf(text: string): GpuCount {
  const exact = exactlyNamed(text);
  if (exact !== undefined) {
    return { gpu: exact };
  }
  for (const pattern of COUNTED) {
    const { name, count } = pattern.exec(text)?.groups ?? {};
    if (name !== undefined && count !== undefined) {
      const gpu = gpuNamed(name);
      if (Number(count) === 0) {
        throw new InputError(`"${shown(text)}" are no GPUs; say how many there are, as in 2x${gpu.id}.`);
      }
      return { gpu, count: Number(count) };
    }
  }
  return { gpu: gpuNamed(text) };
}

/**
 * The GPU that a text means, without regard to case, blanks, dashes and the vendor's name: `H100 SXM`, `4090`,
 * `nvidia a100-80gb`, and what `nvidia-smi` and torch call it, such as `NVIDIA H100 80GB HBM3`.
 *
 * `h100` and `h200` are the SXM boards, by far the most common ones.
 *
 * @throws InputError for an unknown name, with the nearest known one, and for a name of several (`a100`), with all of
 *   them where their memory sizes differ.
 */
export function gpuNamed(text: string): Gpu {
  const exact = exactlyNamed(text);
  if (exact !== undefined) {
    return exact;
  }
  const key = keyOf(text);
  const variants =
    key === ''
      ? []
      : GPUS.filter((gpu) =>
          keysOf(gpu).some((own) => spellingsOf(key).some((typed) => isVariant(own, typed))),
        );
  const [only, ...others] = variants;
  if (only !== undefined && others.length === 0) {
    return only;
  }
  if (only !== undefined) {
    throw new InputError(
      `"${shown(text)}" may be ${variants.map(({ id }) => id).join(', ')}; say which, for they differ.`,
    );
  }
  const guess =
    key === ''
      ? undefined
      : spellingsOf(key)
          .map((typed) => nearest(typed, GPUS.flatMap(keysOf)))
          .find((own) => own !== undefined);
  const near = GPUS.find((gpu) => guess !== undefined && keysOf(gpu).includes(guess));
  throw new InputError(
    `Unknown GPU "${shown(text)}"${near === undefined ? '.' : `; did you mean ${near.id}?`} "kv gpus" lists the known ones; --memory 80GB works without.`,
  );
}

function exactlyNamed(text: string): Gpu | undefined {
  const keys = spellingsOf(keyOf(text));
  return GPUS.find((gpu) => keysOf(gpu).some((own) => keys.includes(own)));
}

/** A number alone is a GeForce: `4090`, `3060 Ti`. */
function spellingsOf(key: string): readonly string[] {
  return /^\d{4}(ti)?(super)?(\d+gb)?$/.test(key) ? [key, `rtx${key}`, `gtx${key}`] : [key];
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
    /^(sxm|pcie|nvl|[1-9]\d{0,2}gb|[ax]$)/.test(own.slice(key.length))
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
    .replace(/^(geforce|instinct|radeon|tesla|quadro(?=rtx))/, '');
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
