// Counts how well known each model is: node catalogue/mentions.mjs <folder of sources>...
// A model's number is that of files that name it, under its id or an alias, in the engines' own sources: unpacked
// vllm-0.33.0.tar.gz, sglang-0.5.23 and transformers-5.24.0.tar.gz from PyPI. Ranks names; decides no figure.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entriesIn } from './entries-in.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const entries = entriesIn(join(here, 'models'));
const owner = new Map(
  entries.flatMap(({ id, aliases = [] }) => [id, ...aliases].map((name) => [name.toLowerCase(), id])),
);
const counts = new Map(entries.map(({ id }) => [id, 0]));
const TEXT = /\.(py|md|mdx|rst|ya?ml|json|txt|sh|toml|rs)$/;

for (const folder of process.argv.slice(2)) {
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (file.isFile() && TEXT.test(file.name)) {
      const text = readFileSync(join(file.parentPath, file.name), 'utf8').toLowerCase();
      const named = new Set((text.match(/[\w.-]+\/[\w.-]*\w/g) ?? []).map((name) => owner.get(name)));
      for (const id of named) {
        if (id !== undefined) {
          counts.set(id, counts.get(id) + 1);
        }
      }
    }
  }
}
const known = [...counts].filter(([, count]) => count > 0);
writeFileSync(join(here, 'mentions.json'), `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
