import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORKLOAD } from '../../../src/deployment/workload.js';
import { estimate } from '../../../src/estimate/estimate.js';
import { InputError } from '../../../src/text/errors.js';
import { mutatedMetadata } from './arbitraries.js';
import { read } from './files.js';
import { golden } from './golden.js';

describe('whatever the metadata says', () => {
  it.each(Object.keys(golden.models))(
    '%s ends as a model with exact bytes, or in one clear sentence',
    (id) => {
      fc.assert(
        fc.property(mutatedMetadata(golden.models[id]?.gguf ?? {}), (metadata) => {
          try {
            const model = read(metadata);
            const { totalBytes } = estimate(model, { ...DEFAULT_WORKLOAD, contextLength: 1000 });
            expect(Number.isSafeInteger(totalBytes) && totalBytes >= 0).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            expect((error as Error).message.length).toBeLessThan(1000);
            expect((error as Error).message).not.toContain('\n');
          }
        }),
      );
    },
  );
});
