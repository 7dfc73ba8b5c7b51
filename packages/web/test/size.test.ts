import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const read = (name: string) => readFileSync(join(dist, name), 'utf8');
const compressed = (names: readonly string[]) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name))).length, 0);

/** The scripts that a script cannot start without, itself among them. */
function withImports(name: string): readonly string[] {
  const imported = [...read(name).matchAll(/(?:^|[;}])import(?:[^("'`;]*from)?["'`]\.\/([^"'`]+)["'`]/g)];
  return [name, ...imported.flatMap(([, file = '']) => withImports(`assets/${file}`))];
}

const linked = [...read('index.html').matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(
  ([, name = '']) => name,
);
const scripts = linked.filter((name) => name.endsWith('.js'));
const first = new Set([...linked, ...scripts.flatMap(withImports)]);

describe('the built page', () => {
  it('is useful after 60 kB: all that its first picture’s answer, form and numbers need', () => {
    expect(scripts).toHaveLength(1);
    expect(linked.some((name) => name.endsWith('.css'))).toBe(true);
    expect(compressed(['index.html', ...first])).toBeLessThan(60_000);
  });

  it('loads the library for figures, and what reads models, only later', () => {
    const later = readdirSync(join(dist, 'assets')).filter(
      (name) => name.endsWith('.js') && !first.has(`assets/${name}`),
    );
    for (const part of ['plotly', 'reader', 'gguf-reader']) {
      expect(later.some((name) => name.startsWith(part))).toBe(true);
    }
    expect(
      compressed(later.filter((name) => !name.startsWith('plotly')).map((name) => `assets/${name}`)),
    ).toBeLessThan(200_000);
  });
});
