import { ENGINE_NAMES, engineSettings } from '@kv/core';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addEngineSettings, settingTexts } from '../../src/flags/engine-options.js';
import { buildProgram } from '../../src/program.js';

describe('engines and their settings', () => {
  it('are as the engine has them where no flag says anything', () => {
    for (const name of ENGINE_NAMES) {
      expect(settingTexts(name, ENGINE_NAMES, {})).toEqual({});
    }
  });

  it('have every setting as a flag of each command that estimates, shown where the engine is named', () => {
    for (const name of ['estimate', 'compare', 'plot', 'fit']) {
      const flagsOf = (engines: readonly string[], isShown: boolean) => {
        const command = buildProgram(engines).commands.find((known) => known.name() === name);
        const options = isShown && command ? command.createHelp().visibleOptions(command) : command?.options;
        return (options ?? []).map(({ long }) => long);
      };
      for (const engine of ENGINE_NAMES) {
        const flags = flagsOf([engine], true);
        expect(new Set(flags).size).toBe(flags.length);
        expect(flags).toEqual(expect.arrayContaining(engineSettings(engine).map(({ flag }) => flag)));
        expect(flagsOf([], false)).toEqual(
          expect.arrayContaining(engineSettings(engine).map(({ flag }) => flag)),
        );
      }
      for (const { flag } of ENGINE_NAMES.flatMap(engineSettings)) {
        expect(flagsOf([], true)).not.toContain(flag);
      }
    }
  });

  it('have every setting under a flag that reaches the engine, from the command line on', () => {
    for (const name of ENGINE_NAMES) {
      for (const { flag, key, type } of engineSettings(name)) {
        const value = type === 'integer' || type === 'number' ? '7' : type === 'fraction' ? '0.5' : type;
        const words = value === 'boolean' ? [flag] : [flag, Array.isArray(value) ? value[0] : value];
        const command = addEngineSettings(new Command(), [name]);
        command.parse(words as string[], { from: 'user' });
        expect(Object.keys(command.opts()), `${flag} (${key}) of ${name}`).toHaveLength(1);
        expect(() => settingTexts('ideal', ['ideal'], command.opts())).toThrow(`${flag} is a setting of `);
        expect(Object.keys(settingTexts(name, [name], command.opts()))).toEqual([flag.slice(2)]);
      }
    }
  });

  it('have the descriptions of all engines that share a flag', () => {
    for (const { flag, description } of ENGINE_NAMES.flatMap(engineSettings)) {
      const option = addEngineSettings(new Command(), ENGINE_NAMES).options.find(({ long }) => long === flag);
      expect(option?.description).toContain(description);
    }
  });

  it('are refused where the engine does not have them', () => {
    for (const name of ENGINE_NAMES.slice(1)) {
      for (const setting of engineSettings(name)) {
        const attribute = setting.flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
        expect(() => settingTexts('ideal', ['ideal'], { [attribute]: '1' })).toThrow(
          `${setting.flag} is a setting of `,
        );
      }
    }
  });

  it('say what they mean to each engine that has them', () => {
    const version = addEngineSettings(new Command(), ENGINE_NAMES).options.find(
      ({ long }) => long === '--engine-version',
    );
    expect(version?.description).toMatch(/transformers: .*vllm: /);
  });

  it('that are on or off can be turned off', () => {
    const command = addEngineSettings(new Command(), []);
    command.parse(['--no-async-scheduling', '--swa-full'], { from: 'user' });
    expect(command.opts()).toEqual({ asyncScheduling: false, swaFull: true });
  });
});
