import { ENGINE_NAMES, engineSettings } from '@kv/core';
import { type Command as CliCommand, Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { ALIASES, normalizeArguments } from '../../src/flags/arguments.js';
import { addEngineSettings, settingTexts } from '../../src/flags/engine-options.js';
import { buildProgram } from '../../src/program.js';

describe('engines and their settings', () => {
  it('are as the engine has them where no flag says anything', () => {
    for (const name of ENGINE_NAMES) {
      expect(settingTexts(name, ENGINE_NAMES, {})).toEqual({});
    }
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

  it('have every setting under a flag that reaches the engine, from the command line on', () => {
    for (const name of ENGINE_NAMES) {
      for (const { flag, key, type } of engineSettings(name)) {
        const value = type === 'integer' || type === 'number' ? '7' : type === 'fraction' ? '0.5' : type;
        const words = value === 'boolean' ? [flag] : [flag, Array.isArray(value) ? value[0] : value];
        const command = addEngineSettings(new Command());
        command.parse(normalizeArguments(words as string[]), { from: 'user' });
        expect(Object.keys(command.opts()), `${flag} (${key}) of ${name}`).toHaveLength(1);
        expect(() => settingTexts('ideal', ['ideal'], command.opts())).toThrow(`${flag} is a setting of `);
        expect(Object.keys(settingTexts(name, [name], command.opts()))).toEqual([flag.slice(2)]);
      }
    }
  });

  it('have no flag that means something else: in a command, as another spelling, or to another engine', () => {
    const settings = ENGINE_NAMES.flatMap(engineSettings);
    const descriptions = (command: CliCommand, flag: string) =>
      command.options.filter(({ long }) => long === flag).map(({ description }) => description);
    for (const { flag, key, type } of settings) {
      expect(Object.keys(ALIASES)).not.toContain(flag);
      expect(Object.values(ALIASES)).not.toContain(flag);
      const same = settings.filter((setting) => setting.flag === flag);
      expect(same.map((setting) => setting.key)).toEqual(same.map(() => key));
      expect(same.map((setting) => typeof setting.type)).toEqual(same.map(() => typeof type));
      for (const command of buildProgram().commands) {
        for (const description of descriptions(command, flag)) {
          for (const setting of same) {
            expect(description).toContain(setting.description);
          }
        }
      }
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
    const version = addEngineSettings(new Command()).options.find(({ long }) => long === '--engine-version');
    expect(version?.description).toMatch(/transformers: .*vllm: /);
  });

  it('that are on or off can be turned off', () => {
    const command = addEngineSettings(new Command());
    command.parse(['--no-async-scheduling', '--swa-full'], { from: 'user' });
    expect(command.opts()).toEqual({ asyncScheduling: false, swaFull: true });
  });
});
