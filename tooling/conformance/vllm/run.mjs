import { fileURLToPath } from 'node:url';
import { MODELS } from '../models.mjs';
import { askPythonEngine } from '../python-engine.mjs';
import { AVAILABLE_BYTES, casesFor } from './cases.mjs';
import { bytesOf, difference } from './compare.mjs';
import { questionOf } from './question.mjs';
import { randomCase, randomModel } from './random.mjs';

const VERSION = '0.33.0';

await askPythonEngine({
  name: 'vllm',
  version: VERSION,
  isFile: (filename) => filename === `vllm-${VERSION}.tar.gz`,
  script: fileURLToPath(new URL('specs.py', import.meta.url)),
  availableBytes: AVAILABLE_BYTES,
  // A config without a model_type is none that it can load.
  models: MODELS.filter(({ config }) => config?.model_type !== undefined),
  casesFor,
  randomCase: (random, models) => {
    const one = randomModel(random, models);
    return { ...one, ...randomCase(random, one) };
  },
  questionOf,
  bytesOf,
  difference,
});
