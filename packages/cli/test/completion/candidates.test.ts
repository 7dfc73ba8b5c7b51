import { DTYPES, ENGINE_NAMES } from '@kv/core';
import { CATALOGUE } from '@kv/core/catalogue';
import { describe, expect, it } from 'vitest';
import { complete, PLACEHOLDERS, placeholderOf } from '../../src/completion/candidates.js';
import { buildProgram } from '../../src/program.js';

const program = buildProgram();
const commands = program.createHelp().visibleCommands(program);

async function words(...line: readonly string[]): Promise<readonly string[]> {
  return (await complete(program, line)).candidates.map(({ word }) => word);
}

describe('completion', () => {
  it('knows every command and every flag of each', async () => {
    expect(await words('')).toEqual(commands.map((command) => command.name()));
    for (const command of commands) {
      const flags = command
        .createHelp()
        .visibleOptions(command)
        .map(({ long }) => long);
      expect(await words(command.name(), '--')).toEqual(flags);
    }
  });

  it('knows what each flag that takes a name can be', async () => {
    const free = ['n', 'n,...', 'tokens', 'a:b', 'fraction', 'text', 'file', 'size'];
    for (const command of commands) {
      for (const option of command.options) {
        const placeholder = placeholderOf(option).replace(/,\.\.\.$/, '');
        const known =
          placeholder === '' ||
          placeholder.includes('|') ||
          Object.hasOwn(PLACEHOLDERS, placeholder) ||
          free.includes(placeholderOf(option));
        expect(known, `${command.name()} ${option.flags}`).toBe(true);
      }
    }
  });

  it('names engines, dtypes, choices and models where they belong', async () => {
    expect(await words('estimate', '--engine', '')).toEqual(ENGINE_NAMES);
    expect(await words('estimate', '-e', 'vl')).toEqual(['vllm']);
    expect(await words('estimate', '--kv-dtype', '')).toEqual(['auto', ...DTYPES.map(({ name }) => name)]);
    expect(await words('fit', '--gpu', 'h100')).toContain('h100-sxm');
    expect(await words('plot', '--theme=')).toEqual(['--theme=light', '--theme=dark']);
    expect(await words('compare', '--engines', 'ideal,')).toEqual(
      ENGINE_NAMES.map((name) => `ideal,${name}`),
    );
    expect(await words('estimate', 'META-LLAMA/llama-3.1-8')).toContain('meta-llama/Llama-3.1-8B');
    expect(await words('estimate', 'deepseek-v3')).toContain('DeepSeek-V3');
    expect(await words('compare', 'a', '')).toEqual(expect.arrayContaining(CATALOGUE.map(({ id }) => id)));
  });

  it('leaves room for a file where one may stand, and only there', async () => {
    const files = async (...line: readonly string[]) => (await complete(program, line)).files;
    expect(await files('estimate', './')).toBe(true);
    expect(await files('plot', '--out', '')).toBe(true);
    expect(await files('plot', '--out=')).toBe(true);
    expect(await files('estimate', '--engine', '')).toBe(false);
    expect(await files('estimate', '--sequences', '')).toBe(false);
    expect(await files('estimate', 'one-model', '')).toBe(true);
    expect(await files('completion', '')).toBe(false);
  });

  it('tells nothing after what it does not know', async () => {
    expect(await words('estmate', '')).toEqual(commands.map((command) => command.name()));
    expect(await words('estimate', '--sequences', '')).toEqual([]);
  });
});
