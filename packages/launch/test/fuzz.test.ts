import { InputError } from '@kv/core';
import { readLaunch } from '@kv/core/launch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLaunchText, launchCommand } from '../src/index.js';

/** Reads a text as a user would have it read; what cannot be read is one sentence. */
function read(text: string): void {
  const started = performance.now();
  isLaunchText(text);
  try {
    readLaunch(launchCommand(text));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(/^[^\n]+\.$/);
    expect((error as InputError).message.length).toBeLessThan(400);
  }
  expect(performance.now() - started).toBeLessThan(4000);
}

const piece = fc.constantFrom(
  ...[
    'vllm serve',
    'sglang serve',
    'python3 -m sglang.launch_server',
    'llama-server',
    'llama-bench',
    'ollama run',
    'docker run',
  ],
  ...[
    'vllm/vllm-openai:v0.11.0',
    '-e',
    'A=b',
    'a/b',
    '--model',
    '--model-path',
    '-m',
    'm.gguf',
    '-tp',
    '--tp',
    '--max-model-len',
  ],
  ...[
    '32k',
    '32K',
    '-1',
    'auto',
    '1e9',
    '8'.repeat(40),
    '-c',
    '-np',
    '-fa',
    '-ot',
    '--speculative-config',
    '\'{"a": 1}\'',
  ],
  ...[
    '{"a":',
    '--x.y+',
    '1,2',
    '$X',
    '${X:-3}',
    '${X:-${Y:-4}}',
    '$(cat f)',
    '`id`',
    '{{ .Values.x }}',
    '<model>',
    '[x]',
  ],
  ...[
    '\\\n',
    '`\n',
    '^\n',
    '\n',
    '\t',
    ' ',
    "'",
    '"',
    '|',
    '&&',
    '&',
    ';',
    '>',
    '<<EOF',
    '#',
    '(',
    ')',
    '{',
    '}',
    '--',
    '-',
    '=',
  ],
  ...[
    'image: vllm/vllm-openai',
    'command:',
    'args:',
    '- ',
    '  ',
    '---',
    '&a',
    '*a',
    '<<: *a',
    '|',
    '>-',
    'env:',
    'environment:',
  ],
  ...[
    'FROM x',
    'PARAMETER num_ctx',
    'RUN',
    'ENV A=b',
    'CMD ["a"',
    '[Service]',
    'ExecStart=',
    'Environment=',
    '```',
    '$ ',
  ],
  ...[
    'sh -c',
    'env',
    'nohup',
    'uv run',
    '"${A[@]}"',
    'A=(1 2',
    'A+=(3)',
    'if',
    'then',
    'fi',
    'for',
    'export OLLAMA_NUM_PARALLEL=2',
  ],
);

describe('any text', () => {
  it('made of pieces of commands is read or refused with one sentence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(piece, fc.constantFrom(' ', ' ', '\n', '')), { maxLength: 60 }),
        (pieces) => {
          read(pieces.flat().join(''));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('of any bytes is refused with one sentence', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => read(new TextDecoder().decode(bytes))),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => read(`vllm serve ${text}`)),
      { numRuns: 500 },
    );
  });

  it.each([
    ['nested expansions', `vllm serve ${'${A:-'.repeat(5000)}x${'}'.repeat(5000)}`],
    ['open expansions', `vllm serve ${'${A:-'.repeat(20_000)}`],
    ['nested commands', `vllm serve ${'$('.repeat(5000)}`],
    ['nested shells', `${'sh -c "'.repeat(2000)}vllm serve a/b${'"'.repeat(2000)}`],
    ['a long flag', `vllm serve --${'a'.repeat(200_000)}`],
    ['many flags', `vllm serve a/b ${'--unknown-flag x '.repeat(12_000)}`],
    ['many lines', `vllm serve a/b \\\n${'  --port 1 \\\n'.repeat(15_000)}`],
    [
      'deep YAML',
      `command:\n${Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth % 60)}- -`).join('\n')}`,
    ],
    ['flow YAML', `command: ${'['.repeat(20_000)}`],
    [
      'laughing aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
        .split('')
        .map(
          (name, index) =>
            `${name}: &${name} [${`*${'abcdefghij'[index]},`.repeat(8)}*${'abcdefghij'[index]}]`,
        )
        .join('\n')}\ncommand: *j`,
    ],
    ['templates', `vllm serve ${'{{ '.repeat(50_000)}`],
    ['angles', `vllm serve ${'<a'.repeat(80_000)}`],
    ['deep JSON', `vllm serve a/b --hf-overrides '${'['.repeat(50_000)}'`],
    ['dotted keys', `vllm serve a/b --hf-overrides${'.a'.repeat(50_000)} 1`],
    ['a Modelfile without end', `FROM a\nSYSTEM ${'"""'.repeat(30_000)}`],
  ])('has bounded time: %s', (_, text) => {
    read(text);
  });
});
