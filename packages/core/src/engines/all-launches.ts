import type { LaunchCommand, LaunchProgram } from './launch/command.js';
import type { LaunchReading } from './launch/reading.js';
import { readLlamaBench } from './llamacpp/bench.js';
import { readLlamacpp } from './llamacpp/launch.js';
import { readOllama } from './llamacpp/ollama.js';
import { readSglang } from './sglang/launch.js';
import { readVllm } from './vllm/launch.js';

/** What reads the command of each program: a registry of its own, loaded only when a command is read. */
export const ENGINE_LAUNCHES: Readonly<Record<LaunchProgram, (command: LaunchCommand) => LaunchReading>> = {
  vllm: readVllm,
  sglang: readSglang,
  'llama-server': readLlamacpp,
  'llama-cli': readLlamacpp,
  'llama-bench': readLlamaBench,
  ollama: readOllama,
};
