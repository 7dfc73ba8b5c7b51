import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../src/deployment/workload.js';
import { transformers } from '../../src/engines/transformers/engine.js';
import { estimate } from '../../src/estimate/estimate.js';
import { modelFromConfig } from '../../src/import/config.js';

interface Class {
  readonly config: Readonly<Record<string, unknown>>;
  readonly bytes: number;
}

/**
 * Defaults of config classes of transformers 5.24.0, with six layers, as `save_pretrained` writes them (fields that
 * decide nothing left out), and the bytes that the cache holds after a prompt of five tokens and one more:
 * `tooling/conformance/transformers/random_configs.py` and `measure.py`.
 */
const classes: Readonly<Record<string, Class>> = JSON.parse(
  readFileSync(new URL('../golden/transformers-classes.json', import.meta.url), 'utf8'),
);

describe.each(Object.entries(classes))('the default config of %s', (id, { config, bytes }) => {
  it('is read as the model of that class caches', () => {
    const model = modelFromConfig(config, { id, source: 'its class' });
    const workload = { ...DEFAULT_WORKLOAD, contextLength: 6 };
    expect(estimate(model, workload, transformers()).totalBytes).toBe(bytes);
  });
});
