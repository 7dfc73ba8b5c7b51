// Adds a published config to the catalogue: node catalogue/add.mjs <organization/name> <config.json> <source> [alias...]
// The source says where the file was read, so that anyone can check it. An hf_quant_config.json beside it counts too.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { modelFromConfig, parseConfigText, withHfQuantConfig } from '../dist/index.js';
import { trim } from './trim.mjs';

const [id, file, source, ...aliases] = process.argv.slice(2);
if (!/^[^/\s]+\/[^/\s]+$/.test(id ?? '') || file === undefined || source === undefined) {
  throw new Error('usage: node catalogue/add.mjs <organization/name> <config.json> <source> [alias...]');
}
const read = (path) => parseConfigText(readFileSync(path, 'utf8'));
const beside = join(dirname(file), 'hf_quant_config.json');
const published = existsSync(beside) ? withHfQuantConfig(read(file), read(beside)) : read(file);
const config = trim(published);
const { weights: trimmedWeights, ...model } = modelFromConfig(config, { id, source });
const { weights, ...whole } = modelFromConfig(published, { id, source });
if (!isDeepStrictEqual(model, whole)) {
  throw new Error(`${id}: the trimmed config is another model than the published one; see trim.mjs`);
}
if (model.warnings.length > 0) {
  throw new Error(`${id}: ${model.warnings.join(' ')}`);
}
const path = join(dirname(fileURLToPath(import.meta.url)), 'models', `${id}.json`);
mkdirSync(dirname(path), { recursive: true });
// Long lists of what a quantizer left alone are trimmed, and what they come to is kept instead.
const kept = isDeepStrictEqual(weights, trimmedWeights) ? {} : { weights };
writeFileSync(path, `${render({ ...(aliases.length > 0 && { aliases }), source, config, ...kept })}\n`);

/** JSON with one field a line, and each list of plain values in one line. */
function render(value, indent = '') {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return JSON.stringify(value);
  }
  const inner = `${indent}  `;
  if (!Array.isArray(value)) {
    const fields = Object.entries(value).map(
      ([key, field]) => `${inner}${JSON.stringify(key)}: ${render(field, inner)}`,
    );
    return `{\n${fields.join(',\n')}\n${indent}}`;
  }
  return value.some((item) => typeof item === 'object' && item !== null)
    ? `[\n${value.map((item) => inner + render(item, inner)).join(',\n')}\n${indent}]`
    : `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
}
