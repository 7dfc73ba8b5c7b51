import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { conformanceDocument, conformanceList, DOCUMENT, LIST, ours, readGoldenFiles } from '../table.mjs';

const files = readGoldenFiles();

it('the page and the list say what the golden files and kv say', () => {
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(conformanceDocument(files));
  expect(readFileSync(LIST, 'utf8')).toBe(conformanceList(files));
});

it('every figure of an engine is matched, as far as the engine says it', () => {
  for (const file of files) {
    for (const one of file.cases) {
      const { engineBytes, tolerance = 0 } = one;
      if (engineBytes !== undefined && one.compare === undefined) {
        expect(Math.abs(ours(file, one) - engineBytes), JSON.stringify(one)).toBeLessThanOrEqual(tolerance);
      }
    }
  }
});
