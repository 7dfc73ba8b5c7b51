import { describe, expect, it } from 'vitest';
import { checkSettings, type EngineSetting, parseSetting } from '../../src/engines/settings.js';

const SETTINGS = [
  { key: 'blockSize', flag: '--block-size', type: 'integer', description: 'tokens in a block' },
  { key: 'gpuMemoryUtilization', flag: '--gpu-memory-utilization', type: 'fraction', description: 'share' },
  { key: 'swaFull', flag: '--swa-full', type: 'boolean', description: 'whole sliding cache' },
  { key: 'version', flag: '--engine-version', type: ['2', '1'], description: 'rules of' },
] as const satisfies readonly EngineSetting[];

const check = (values: Readonly<Record<string, number | boolean | string>>) =>
  checkSettings('paged', SETTINGS, values);

describe('settings of an engine', () => {
  it('pass where each makes sense', () => {
    const values = { blockSize: 16, gpuMemoryUtilization: 0.9, swaFull: false, version: '1' };
    expect(check(values)).toEqual(values);
    expect(check({})).toEqual({});
  });

  it.each([
    [{ blockSize: 0 }, '--block-size is 0; it must be a positive integer'],
    [{ blockSize: 1.5 }, '--block-size is 1.5'],
    [{ blockSize: '16' }, '--block-size is "16"; it must be a positive integer.'],
    [{ gpuMemoryUtilization: 1.1 }, 'it must be a number above 0 and at most 1.'],
    [{ gpuMemoryUtilization: Number.NaN }, 'it must be a number above 0 and at most 1.'],
    [{ swaFull: 1 }, '--swa-full is 1; it must be true or false.'],
    [{ version: '3' }, '--engine-version is "3"; it must be one of 2, 1.'],
  ])('%j is refused', (values, message) => {
    expect(() => check(values)).toThrow(message);
  });

  it('are refused by name where the engine has none such', () => {
    expect(() => check({ blokSize: 16 })).toThrow(
      'The engine paged has no setting "blokSize"; did you mean blockSize? Known: blockSize, gpuMemoryUtilization, swaFull, version.',
    );
    expect(() => check({ constructor: 1 })).toThrow('no setting "constructor"');
    expect(() => checkSettings('ideal', [], { blockSize: 1 })).toThrow('The engine ideal has no settings');
  });
});

describe('a setting as text', () => {
  it.each([
    ['blockSize', '32', 32],
    ['gpuMemoryUtilization', '0.9', 0.9],
    ['gpuMemoryUtilization', 'most', 'most'],
    ['swaFull', 'on', true],
    ['swaFull', 'off', false],
    ['version', '2', '2'],
  ])('%s is %j as %j', (key, text, value) => {
    const setting = SETTINGS.find((known) => known.key === key) ?? SETTINGS[0];
    expect(parseSetting(setting, text)).toBe(value);
  });

  it('says what is wrong with one that is none', () => {
    expect(() => parseSetting(SETTINGS[0], 'x')).toThrow(
      '--block-size is "x"; it must be a positive integer.',
    );
    expect(() => parseSetting(SETTINGS[2], 'yes')).toThrow('--swa-full is "yes"; it must be on or off.');
  });
});
