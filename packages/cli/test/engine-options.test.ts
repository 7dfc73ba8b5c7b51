import { ENGINE_NAMES, engineSettings } from '@kv/core';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addEngineSettings, enginesFrom } from '../src/engine-options.js';
import { buildProgram } from '../src/program.js';

describe('engines and their settings', () => {
  it('are made from the flags that they have', () => {
    expect(enginesFrom(['ideal'], {}).map(({ name }) => name)).toEqual(['ideal']);
    expect(enginesFrom(ENGINE_NAMES, {}).map(({ name }) => name)).toEqual(ENGINE_NAMES);
  });

  it('have every setting as a flag of each command that estimates', () => {
    for (const name of ['estimate', 'compare', 'plot']) {
      const command = buildProgram().commands.find((known) => known.name() === name);
      const flags = command?.options.map(({ long }) => long) ?? [];
      expect(new Set(flags).size).toBe(flags.length);
      expect(flags).toEqual(
        expect.arrayContaining(
          ENGINE_NAMES.flatMap((engine) => engineSettings(engine).map(({ flag }) => flag)),
        ),
      );
    }
  });

  it('are refused where the engine does not have them', () => {
    for (const name of ENGINE_NAMES.slice(1)) {
      for (const setting of engineSettings(name)) {
        const attribute = setting.flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
        expect(() => enginesFrom(['ideal'], { [attribute]: '1' })).toThrow(
          `${setting.flag} is a setting of `,
        );
      }
    }
  });

  it('say what they mean to each engine that has them', () => {
    const version = addEngineSettings(new Command()).options.find(({ long }) => long === '--engine-version');
    expect(version?.description).toMatch(/transformers: .*vllm: /);
  });

  it('that are on or off can be turned off', () => {
    const command = addEngineSettings(new Command());
    command.parse(['--no-async-scheduling', '--swa-full'], { from: 'user' });
    expect(command.opts()).toEqual({ asyncScheduling: false, swaFull: true });
  });
});
