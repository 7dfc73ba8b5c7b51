import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { computeBuffers, modelFromGguf, placementOf } from '@kv/core';
import { blobSource, readGguf } from '@kv/gguf';
import { askPlan } from './asked.mjs';
import { PLANNED, questionOf } from './models.mjs';

const folder = mkdtempSync('/tmp/kvplan-');
const want = process.argv.slice(2);
const C = [
  { contextLength: 8192, isServer: false },
  { contextLength: 8192, isServer: true, numSequences: 4, settings: { kvUnified: true } },
  { contextLength: 5000, isServer: true, numSequences: 3, settings: { ubatchSize: 300 } },
  { contextLength: 32768, isServer: true, settings: { flashAttn: 'off', ubatchSize: 256 } },
  { contextLength: 16384, isServer: true, keyDtype: 'q8_0', valueDtype: 'q8_0' },
  { contextLength: 512, isServer: true, settings: { ubatchSize: 1024, flashAttn: 'off' } },
].map(
  ({ contextLength, isServer, numSequences = 1, keyDtype = 'fp16', valueDtype = 'fp16', settings = {} }) => ({
    isServer,
    settings,
    workload: {
      contextLength,
      numSequences,
      keyDtype,
      valueDtype,
      tensorParallel: 1,
      pipelineParallel: 1,
      contextParallel: 1,
      dataParallel: 1,
    },
  }),
);
const ONLY = process.env.ONLY;
if (ONLY) C.splice(0, C.length, C[Number(ONLY)]);
const P = [
  { devices: [24 * 2 ** 30], flags: {} },
  { devices: [24 * 2 ** 30, 12 * 2 ** 30], flags: {} },
  { devices: [24 * 2 ** 30], flags: { gpuLayers: 10 } },
  { devices: [24 * 2 ** 30], flags: { cpuMoeLayers: 3 } },
];
let bad = 0,
  all = 0;
for (const m of PLANNED.filter((m) => want.length === 0 || want.some((w) => m.id.includes(w)))) {
  for (const p of P.slice(0, Number(process.env.P ?? 1))) {
    try {
      const answers = await askPlan(questionOf(m), p, C, folder);
      const { metadata, tensors } = await readGguf(join(folder, 'model.gguf'), (name) =>
        blobSource(new Blob([readFileSync(name)]), name),
      );
      const model = modelFromGguf(metadata, [], { id: m.id, source: 'x' });
      for (const [i, c] of C.entries()) {
        const placement = placementOf(model.numHiddenLayers, p.flags, p.devices);
        const t = performance.now();
        const ours = computeBuffers(model, c.workload, c.settings, {
          isServer: c.isServer,
          placement,
          tensors,
          isPlan: true,
        })?.bytes;
        const ms = performance.now() - t;
        const b = answers[i].buffers;
        const theirs = b && [
          ...p.devices.map((_, d) => b.find(({ name }) => name === `CUDA${d}`)?.compute),
          b.find(({ name }) => name === 'CUDA_Host')?.compute,
        ];
        all++;
        if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
          bad++;
          console.log(
            m.id,
            i,
            JSON.stringify(p.flags),
            p.devices.length,
            'ours',
            JSON.stringify(ours),
            'theirs',
            JSON.stringify(theirs),
            ours && theirs
              ? ours.map((o, k) => (((o - theirs[k]) / theirs[k]) * 100).toFixed(2) + '%').join(' ')
              : answers[i].lines.slice(-2),
            ms.toFixed(0) + 'ms',
          );
        }
      }
    } catch (e) {
      console.log(m.id, e.message.slice(-300));
    }
  }
}
console.log(all, bad);
