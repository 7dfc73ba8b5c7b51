import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFromGguf, placementOf, computeBuffers } from '@kv/core';
import { blobSource, readGguf } from '@kv/gguf';
import { askPlan } from './asked.mjs';
import { ASKED, PLACEMENTS } from './cases.mjs';
import { PLANNED, questionOf } from './models.mjs';
const folder = mkdtempSync('/tmp/kvplan-');
const want = process.argv.slice(2); let bad = 0, all = 0;
const C = process.env.ONLY ? [ASKED[Number(process.env.ONLY)]] : ASKED;
for (const m of PLANNED.filter((m) => want.some((w) => m.id.includes(w)))) for (const p of PLACEMENTS.slice(0, Number(process.env.P ?? 1))) {
    try {
      const answers = await askPlan(questionOf(m), p, C, folder);
      const { metadata, tensors } = await readGguf(join(folder, 'model.gguf'), (name) => blobSource(new Blob([readFileSync(name)]), name));
      const model = modelFromGguf(metadata, [], { id: m.id, source: 'x' });
      C.forEach((c, i) => {
        const placement = placementOf(model.numHiddenLayers, p.flags, p.devices);
        const r = computeBuffers(model, { ...c.workload, tensorParallel: 1, pipelineParallel: 1, contextParallel: 1, dataParallel: 1 }, c.settings, { isServer: c.isServer, placement, tensors, isPlan: true });
        const ours = r?.bytes, b = answers[i].buffers;
        const theirs = b && [...p.devices.map((_, d) => b.find(({ name }) => name === `CUDA${d}`)?.compute), b.find(({ name }) => name === 'CUDA_Host')?.compute];
        all++;
        if (JSON.stringify(ours) !== JSON.stringify(theirs)) { bad++; console.log(m.id, i, JSON.stringify(p.flags), p.devices.length, 'ours', r?.isOwnGraph, JSON.stringify(ours), 'theirs', JSON.stringify(theirs), ours && theirs ? ours.map((o, k) => ((o - theirs[k]) / theirs[k] * 100).toFixed(2) + '%').join(' ') : answers[i].lines.slice(-1)); }
      });
    } catch (e) { console.log(m.id, e.stack.slice(0, 1500)); }
}
console.log(all, bad);
