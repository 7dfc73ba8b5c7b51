import { fileURLToPath } from 'node:url';
import { MODELS } from '../models.mjs';
import { askPythonEngine } from '../python-engine.mjs';
import { AVAILABLE_BYTES, casesFor } from './cases.mjs';
import { bytesOf, difference } from './compare.mjs';
import { isPossible } from './possible.mjs';
import { hasPools, questionOf } from './question.mjs';
import { randomCase } from './random.mjs';

const VERSION = '0.5.23';

await askPythonEngine({
  name: 'sglang',
  version: VERSION,
  isFile: (filename) => filename.startsWith(`sglang-${VERSION}-`) && filename.endsWith('x86_64.whl'),
  script: fileURLToPath(new URL('pools.py', import.meta.url)),
  availableBytes: AVAILABLE_BYTES,
  models: MODELS.filter(({ model }) => hasPools(model)),
  casesFor: (model) => casesFor(model).filter((one) => isPossible({ model, ...one })),
  randomCase,
  questionOf,
  bytesOf,
  difference,
});
