import type { PrintedLaunch } from './launch/print.js';
import type { SaidDeployment } from './launch/said.js';
import { printLlamacpp } from './llamacpp/print-launch.js';
import { printSglang } from './sglang/print-launch.js';
import { printVllm } from './vllm/print-launch.js';

/** What prints a deployment as the command of its engine, by the engine's name. */
export const PRINTED_LAUNCHES: Readonly<Record<string, (deployment: SaidDeployment) => PrintedLaunch>> = {
  vllm: printVllm,
  sglang: printSglang,
  'llama.cpp': printLlamacpp,
};
