import { type Layer, type Memory, memoriesOf } from './layer.js';
import type { Model } from './model.js';

/** A repeated block is at most this many runs long; published models repeat far shorter ones. */
const MAX_PERIOD = 64;

/** More pieces than this are no picture any more. */
const MAX_PIECES = 40;

/** Equal layers in a row. */
interface Run {
  readonly text: string;
  readonly count: number;
}

/**
 * What the layers of a model remember, in one short line: equal layers are counted, and blocks that repeat are written
 * once, such as `5x sliding(1024) + 1x full, x10, + 2x sliding(1024)`; a block after other layers stands in brackets.
 * Head counts are left out.
 */
export function describeLayers(model: Model): string {
  const runs = runsOf(model.layers.map(layerKind));
  const pieces: string[] = [];
  let separator = '';
  for (let index = 0; index < runs.length; ) {
    const { period, times } = repetitionAt(runs, index);
    const block = runs
      .slice(index, index + period)
      .map(({ text, count }) => `${count}x ${text}`)
      .join(' + ');
    if (pieces.length >= MAX_PIECES) {
      pieces.push(`${separator}... (${runs.length - index} more changes)`);
      break;
    }
    if (times === 1) {
      pieces.push(`${separator}${block}`);
    } else {
      pieces.push(`${separator}${separator === ' + ' ? `(${block})` : block}, x${times}`);
    }
    separator = times > 1 ? ', + ' : ' + ';
    index += period * times;
  }
  return pieces.join('');
}

/** Layers that remember the same, in the words of `layerLabel`, and which ones they are. */
export interface EqualLayers {
  readonly label: string;
  readonly layer: Layer;
  /** Ascending, from 0. */
  readonly indices: readonly number[];
}

/** Layers grouped by what they remember, in the order in which each kind first occurs. */
export function equalLayers(layers: readonly Layer[]): readonly EqualLayers[] {
  const groups = new Map<string, { label: string; layer: Layer; indices: number[] }>();
  layers.forEach((layer, index) => {
    const label = layerLabel(layer);
    const group = groups.get(label);
    if (group === undefined) {
      groups.set(label, { label, layer, indices: [index] });
    } else {
      group.indices.push(index);
    }
  });
  return [...groups.values()];
}

/** More ranges than this fill a screen and say nothing. */
const MAX_RANGES = 12;

/** Ascending numbers as ranges: `0-4, 6-10, 12`; the middle of many is left out. */
export function rangesText(indices: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const index of indices) {
    const range = ranges.at(-1);
    if (range !== undefined && range.last === index - 1) {
      range.last = index;
    } else {
      ranges.push({ first: index, last: index });
    }
  }
  const texts = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return texts.length > MAX_RANGES
    ? `${texts.slice(0, MAX_RANGES).join(', ')}, ... ${texts.at(-1)}`
    : texts.join(', ');
}

/** One layer in words: `full, 8 KV heads x 128`. */
export function layerLabel(layer: Layer): string {
  return memoriesOf(layer)
    .map((memory) => [memoryKind(memory), ...sizesOf(memory)].join(', '))
    .join(' & ');
}

/** What a layer remembers in a word or two, without its sizes: `sliding(1024)`. */
export function layerKind(layer: Layer): string {
  const kinds = memoriesOf(layer).map(memoryKind);
  return kinds.length === 1 ? kinds.join('') : `(${kinds.join(' & ')})`;
}

function memoryKind(memory: Memory): string {
  switch (memory.kind) {
    case 'sliding':
      return `sliding(${memory.slidingWindow})`;
    case 'chunked':
      return `chunked(${memory.attentionChunkSize})`;
    case 'latent': {
      const window =
        memory.slidingWindow === undefined ? 'latent' : `sliding latent(${memory.slidingWindow})`;
      return memory.indexer === undefined ? window : `${window} with index`;
    }
    case 'compressed':
      return `compressed(1/${memory.compressRatio})${memory.indexer === undefined ? '' : ' with index'}`;
    case 'recurrent':
      return memory.mechanism;
    case 'cross':
      return `cross(${memory.encoderTokens})`;
    case 'full':
      return memory.indexer === undefined ? 'full' : 'full with index';
    case 'shared':
    case 'none':
      return memory.kind;
  }
}

function sizesOf(memory: Memory): readonly string[] {
  switch (memory.kind) {
    case 'full':
    case 'sliding':
    case 'chunked':
    case 'cross': {
      const { numKeyValueHeads, keyHeadDim, valueHeadDim } = memory;
      const size =
        keyHeadDim === valueHeadDim ? `${keyHeadDim}` : `(${keyHeadDim} keys, ${valueHeadDim} values)`;
      return [`${numKeyValueHeads} KV head${numKeyValueHeads === 1 ? '' : 's'} x ${size}`];
    }
    case 'latent':
      return [
        memory.qkRopeHeadDim === 0
          ? `${memory.kvLoraRank} a token`
          : `${memory.kvLoraRank} + ${memory.qkRopeHeadDim} a token`,
        ...indexOf(memory.indexer),
      ];
    case 'compressed':
      return [`${memory.headDim} an entry`, ...indexOf(memory.indexer)];
    case 'recurrent':
      return [
        ...(memory.convolution === undefined
          ? []
          : [`convolution ${memory.convolution.channels} x ${memory.convolution.kernelSize - 1}`]),
        ...(memory.state === undefined ? [] : [`state ${memory.state.shape.join(' x ')}`]),
      ];
    case 'shared':
      return [`with layer ${memory.sharesWith}`];
    case 'none':
      return [];
  }
}

function indexOf(indexer: { readonly indexHeadDim: number } | undefined): readonly string[] {
  return indexer === undefined ? [] : [`index ${indexer.indexHeadDim}`];
}

function runsOf(texts: readonly string[]): readonly Run[] {
  const runs: { text: string; count: number }[] = [];
  for (const text of texts) {
    const last = runs.at(-1);
    if (last?.text === text) {
      last.count++;
    } else {
      runs.push({ text, count: 1 });
    }
  }
  return runs;
}

/** The block from `start` on whose repetition saves the most runs; one run, once, where none repeats. */
function repetitionAt(
  runs: readonly Run[],
  start: number,
): { readonly period: number; readonly times: number } {
  let best = { period: 1, times: 1 };
  for (let period = 2; period <= Math.min(MAX_PERIOD, (runs.length - start) / 2); period++) {
    let equal = 0;
    while (sameRun(runs[start + equal], runs[start + equal + period])) {
      equal++;
    }
    const times = Math.floor(equal / period) + 1;
    if (period * (times - 1) > best.period * (best.times - 1)) {
      best = { period, times };
    }
  }
  return best;
}

function sameRun(one: Run | undefined, other: Run | undefined): boolean {
  return one !== undefined && one.text === other?.text && one.count === other.count;
}
