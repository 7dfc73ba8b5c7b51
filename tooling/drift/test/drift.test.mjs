import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { citations, citationsIn } from '../citations.mjs';
import { reportOf } from '../report.mjs';

const RULE = `
/**
 * Blocks of a request.
 *
 * Source: vllm-project/vllm v0.33.0, \`vllm/v1/pages.py\` (\`Pages.of_request\`,
 * \`round_up\`), \`sizes.py\`; v0.20.0, \`vllm/v1/older/\`.
 *
 * @throws InputError for \`nothing\`.
 */
export function blocks() {}
`;

const OLD = {
  'vllm/v1/pages.py':
    'class Pages:\n    def of_request(self):\n        return 1\n\ndef round_up(x):\n    return x\n',
  'vllm/v1/sizes.py': 'SIZE = 16\n',
  'vllm/v1/older/groups.py': 'def groups():\n    return 1\n',
  'vllm/config/cache.py': '@config\nclass CacheConfig:\n    size: int = 16\n    kept: int = 1\n',
  'vllm/engine/arg_utils.py':
    'class EngineArgs:\n    def add_cli_args(parser):\n        parser.add_argument("--size", type=int)\n',
};

/** The report on both trees, `undefined` in the newer for a file that is gone. */
function report(changes) {
  const folder = mkdtempSync(join(tmpdir(), 'kv-drift-'));
  try {
    for (const [release, files] of Object.entries({ old: OLD, new: { ...OLD, ...changes } })) {
      for (const [path, text] of Object.entries(files)) {
        const file = join(folder, release, path);
        mkdirSync(dirname(file), { recursive: true });
        if (text !== undefined) {
          writeFileSync(file, text);
        }
      }
    }
    const script = fileURLToPath(new URL('../changes.py', import.meta.url));
    const input = JSON.stringify(citations(RULE, 'vllm').map((one) => ({ rule: 'blocks.ts', ...one })));
    const found = execFileSync('python3', [script, join(folder, 'old'), join(folder, 'new')], { input });
    return reportOf(JSON.parse(found), '0.32', '0.33');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('finds the paths and symbols that a rule cites', () => {
  expect(citations(RULE, 'vllm')).toEqual([
    {
      paths: ['vllm/v1/pages.py', 'vllm/v1/sizes.py', 'vllm/v1/older/'],
      symbols: ['Pages.of_request', 'round_up'],
    },
  ]);
});

it('finds citations in every room of the rules of vLLM', () => {
  const rules = fileURLToPath(new URL('../../../packages/core/src/engines/vllm', import.meta.url));
  const found = citationsIn(rules, 'vllm');
  expect(found.length).toBeGreaterThan(30);
  expect(found.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['capacity.ts', 'budget/graphs.ts']));
  expect(found.flatMap(({ symbols }) => symbols)).toContain('get_kv_cache_configs');
});

it('names cited symbols and files whose code changed, and says where one went', () => {
  const text = report({
    'vllm/v1/pages.py': 'class Pages:\n    def of_request(self):\n        return 2\n',
    'vllm/v1/math.py': 'def round_up(x):\n    return x\n',
    'vllm/v1/older/groups.py': 'def groups():\n    return 2\n',
  });
  expect(text).toContain('vllm/v1/pages.py Pages.of_request changed <- blocks.ts');
  expect(text).toContain('vllm/v1/pages.py round_up is gone; now in vllm/v1/math.py <- blocks.ts');
  expect(text).toContain('vllm/v1/older/, files changed: 1 <- blocks.ts');
  expect(text).not.toContain('sizes.py');
});

it('counts neither comments nor docstrings as a change', () => {
  const text = report({
    'vllm/v1/pages.py': `${OLD['vllm/v1/pages.py'].replace('self):', 'self):\n        """Blocks."""')}# end\n`,
  });
  expect(text).toContain('Cited symbols that changed <- rules that cite them: none');
});

it('lists new flags, gone flags and changed defaults', () => {
  const text = report({
    'vllm/config/cache.py': OLD['vllm/config/cache.py'].replace('16', '32'),
    'vllm/engine/arg_utils.py': OLD['vllm/engine/arg_utils.py'].replace('--size', '--sizes'),
  });
  expect(text).toContain('New flags: 1\n  --sizes');
  expect(text).toContain('Flags that are gone: 1\n  --size');
  expect(text).toContain('CacheConfig.size: 16 -> 32');
  expect(text).not.toContain('kept');
});
