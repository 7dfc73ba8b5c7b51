import { integer, maybe, oneOf, scaled } from '../../random.mjs';
import { CACHE_TYPES } from '../cases.mjs';

const GIB = 2 ** 30;

/** Where the models are put: one device, two unlike ones, partly, experts on the host, the cache on the host. */
export const PLACEMENTS = [
  { devices: [24 * GIB], flags: {} },
  { devices: [24 * GIB, 12 * GIB], flags: {} },
  { devices: [24 * GIB], flags: { gpuLayers: 10 } },
  { devices: [24 * GIB], flags: { cpuMoeLayers: 3 } },
];

/** What is asked of each model and placement: a server and another program, with and without flash attention. */
const CASES = [
  { contextLength: 8192 },
  { isServer: true, contextLength: 8192, numSequences: 4, settings: { kvUnified: true } },
  { isServer: true, contextLength: 5000, numSequences: 3, settings: { ubatchSize: 300 } },
  { isServer: true, contextLength: 32768, settings: { flashAttn: 'off', ubatchSize: 256 } },
  { isServer: true, contextLength: 16384, keyDtype: 'q8_0', valueDtype: 'q8_0' },
  { contextLength: 512, settings: { ubatchSize: 1024, flashAttn: 'off' } },
];

const case_ = ({
  isServer = false,
  contextLength,
  numSequences = 1,
  keyDtype = 'fp16',
  valueDtype = 'fp16',
  settings = {},
}) => ({ isServer, workload: { contextLength, numSequences, keyDtype, valueDtype }, settings });

export const ASKED = CASES.map(case_);

/** Any context of a model, a server's or another program's. */
export function randomCase(random, hasWholeBlocks) {
  const flashAttn = oneOf(random, ['on', 'on', 'off']);
  const type = () => (random() < 0.6 || !hasWholeBlocks ? 'fp16' : oneOf(random, CACHE_TYPES));
  return case_({
    isServer: random() < 0.7,
    contextLength: scaled(random, 16),
    numSequences: random() < 0.5 ? 1 : integer(random, 2, 9),
    keyDtype: type(),
    valueDtype: flashAttn === 'off' ? 'fp16' : type(),
    settings: {
      flashAttn,
      ...maybe(random, 'ubatchSize', scaled(random, 11)),
      ...maybe(random, 'batchSize', 16 + scaled(random, 12)),
      ...maybe(random, 'kvUnified', true),
      ...maybe(random, 'swaFull', true),
    },
  });
}

/** One to three devices, and any of the flags that place a model. */
export function randomPlacement(random, layers) {
  const devices = Array.from({ length: integer(random, 1, 3) }, () => integer(random, 4, 80) * GIB);
  return {
    devices,
    flags: {
      ...(random() < 0.4 && { gpuLayers: integer(random, 0, layers + 2) }),
      ...(random() < 0.2 && { cpuMoeLayers: integer(random, 1, layers) }),
      ...(random() < 0.1 && { cpuMoe: true }),
      ...(random() < 0.2 && { tensorSplit: devices.map(() => integer(random, 1, 5)) }),
      ...(random() < 0.1 && { splitMode: 'none', mainGpu: integer(random, 0, devices.length - 1) }),
      ...(random() < 0.15 && { noKvOffload: true }),
      ...(random() < 0.1 && {
        overrides: [{ pattern: `blk\\.${integer(random, 0, layers - 1)}\\.`, backend: 'host' }],
      }),
    },
  };
}
