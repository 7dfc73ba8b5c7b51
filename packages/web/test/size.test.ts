import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

it('is useful after 60 kB: all but the figure’s library and font', () => {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(html|js|css|svg)$/.test(name),
  );
  const first = files.filter((name) => !name.includes('plotly'));
  expect(files.length).toBe(first.length + 1);
  const bytes = first.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name))).length, 0);
  expect(bytes).toBeLessThan(60_000);
});
