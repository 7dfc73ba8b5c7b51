import { describe, expect, it } from 'vitest';
import { ENGINE_NAMES, engineSettings } from '../../src/engines/all-settings.js';

describe('settings of engines', () => {
  it('describe each setting with a flag and a line of help', () => {
    for (const name of ENGINE_NAMES) {
      const settings = engineSettings(name);
      expect(new Set(settings.map(({ key }) => key)).size).toBe(settings.length);
      for (const { flag, description } of settings) {
        expect(flag).toMatch(/^--[a-z][a-z0-9-]*$/);
        expect(description).toMatch(/\S/);
      }
    }
  });

  it('suggest the nearest engine after a typo', () => {
    expect(() => engineSettings('vlm')).toThrow('Unknown engine "vlm"; did you mean vllm?');
    expect(() => engineSettings('constructor')).toThrow('Unknown engine');
  });
});
