import { describe, expect, it } from 'vitest';
import { ENGINE_NAMES, engineNamed, engineSettings } from '../src/engines.js';

describe('engines by name', () => {
  it('are themselves, the ideal one first', () => {
    expect(ENGINE_NAMES[0]).toBe('ideal');
    for (const name of ENGINE_NAMES) {
      expect(engineNamed(name).name).toBe(name);
    }
  });

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

  it('are suggested after a typo', () => {
    expect(() => engineNamed('ideel')).toThrow('Unknown engine "ideel"; did you mean ideal? Known: ideal');
    expect(() => engineNamed('__proto__')).toThrow('Unknown engine');
    expect(() => engineSettings('constructor')).toThrow('Unknown engine');
  });
});
