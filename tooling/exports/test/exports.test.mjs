// The bounded part of the proof: each signal at each moment that can be told apart, and every place that is bad without
// a disk of its own.
import { describe, expect, it } from 'vitest';
import { diskTrials } from '../disks.mjs';
import { EXPORTS, interrupted, MOMENTS, SIGNALS, undisturbed } from '../trials.mjs';

describe('an export', { timeout: 120_000 }, () => {
  it.each(Object.keys(EXPORTS))('leaves its files whole and nothing else: %s', async (name) => {
    expect(await undisturbed(EXPORTS[name])).toEqual([]);
  });

  it('does so also several at a time', async () => {
    const trials = await Promise.all(Array.from({ length: 4 }, () => undisturbed(EXPORTS.figure)));
    expect(trials.flat()).toEqual([]);
  });

  it.each(SIGNALS.flatMap((signal) => Object.keys(MOMENTS).map((moment) => ({ signal, moment }))))(
    'that $signal meets when $moment leaves old files or whole ones',
    async ({ signal, moment }) => {
      expect(await interrupted(EXPORTS.figure, signal, moment)).toEqual([]);
    },
  );

  it.each(Object.entries(diskTrials(false)))('leaves old files or whole ones: %s', async (_, trial) => {
    expect(await trial()).toEqual([]);
  });
});
