import type { Deployment } from '../deployment/deployment.js';
import type { PrintedLaunch } from './launch/print.js';
import { printLlamacpp } from './llamacpp/print-launch.js';
import { printSglang } from './sglang/print-launch.js';
import { printVllm } from './vllm/print-launch.js';

/** What prints a deployment as the command of its engine, by the engine's name. */
export const PRINTED_LAUNCHES: Readonly<Record<string, (deployment: Deployment) => PrintedLaunch>> = {
  vllm: printVllm,
  sglang: printSglang,
  'llama.cpp': printLlamacpp,
};
