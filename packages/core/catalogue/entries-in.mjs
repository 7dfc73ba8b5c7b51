import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Every entry under a folder of models, by id; variants of the same shape (instruct, base, dated), each group with the
 * source that says so, are aliases like former names and copies.
 *
 * @param {string} models
 */
export function entriesIn(models) {
  return readdirSync(models)
    .flatMap((organization) =>
      readdirSync(join(models, organization)).map((file) => {
        const {
          aliases = [],
          variants,
          ...entry
        } = JSON.parse(readFileSync(join(models, organization, file), 'utf8'));
        const names = [...aliases, ...(variants?.ids ?? [])];
        return {
          id: `${organization}/${file.replace(/\.json$/, '')}`,
          ...(names.length > 0 && { aliases: names }),
          ...entry,
        };
      }),
    )
    .sort((one, other) => byName.compare(one.id, other.id));
}
