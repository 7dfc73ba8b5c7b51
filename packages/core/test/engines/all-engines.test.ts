import { describe, expect, it } from 'vitest';
import { engineNamed } from '../../src/engines/all-engines.js';
import { ENGINE_NAMES } from '../../src/engines/all-settings.js';

describe('engines by name', () => {
  it('are themselves, the ideal one first', () => {
    expect(ENGINE_NAMES[0]).toBe('ideal');
    for (const name of ENGINE_NAMES) {
      expect(engineNamed(name).name).toBe(name);
    }
  });

  it('are suggested after a typo', () => {
    expect(() => engineNamed('ideel')).toThrow('Unknown engine "ideel"; did you mean ideal? Known: ideal');
    expect(() => engineNamed('__proto__')).toThrow('Unknown engine');
  });
});
