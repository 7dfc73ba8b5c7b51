import { InputError, parseBytes } from '@kv/core';
import { availableBytes, type Gpu, gpuNamed } from '@kv/core/gpus';
import { optionalInteger } from './numbers.js';
import type { WorkloadOptions } from './options.js';

/** What the model is to be fitted into. All values as typed. */
export interface DeviceOptions {
  readonly gpu?: string;
  readonly gpus?: string;
  readonly memory?: string;
  readonly gpuMemoryUtilization?: string;
  readonly overhead?: string;
}

/** One of several equal devices. */
export interface Device {
  readonly gpu?: Gpu;
  /** For people: the GPU's name, or its memory where only that is given. */
  readonly name: string;
  readonly memoryBytes: number;
  /** In words: where the memory size is from. */
  readonly memorySource: string;
}

/**
 * The device that the flags name; `--memory` replaces what is known of the GPU.
 *
 * @throws InputError where they name none, or one that is not known.
 */
export function deviceFrom({ gpu: text, memory }: DeviceOptions): Device {
  const gpu = text === undefined ? undefined : gpuNamed(text);
  if (memory !== undefined) {
    const memoryBytes = parseBytes(memory, '--memory');
    return {
      ...(gpu === undefined ? {} : { gpu }),
      name: gpu?.name ?? `GPU of ${memory.trim()}`,
      memoryBytes,
      memorySource: '--memory',
    };
  }
  if (gpu === undefined) {
    throw new InputError(
      'No GPU is given; name one, as in --gpu h100 ("kv gpus" lists them), or give its memory, as in --memory 80GB.',
    );
  }
  return {
    gpu,
    name: gpu.name,
    memoryBytes: availableBytes(gpu),
    memorySource:
      gpu.reportedBytes === undefined ? "the datasheet's, its GB taken as GiB" : 'as the driver reports',
  };
}

const PARALLELISM = ['tp', 'pp', 'dp', 'cp'] as const;

/**
 * The workload's flags with parallelism for `--gpus` devices: as the engine splits a model when told nothing, unless the
 * flags say it.
 */
export function spread<Options extends WorkloadOptions & DeviceOptions>(
  options: Options,
  splitsBy: 'tensorParallel' | 'pipelineParallel',
): Options {
  const gpus = optionalInteger(options.gpus, '--gpus');
  return gpus === undefined || PARALLELISM.some((key) => options[key] !== undefined)
    ? options
    : { ...options, [splitsBy === 'tensorParallel' ? 'tp' : 'pp']: String(gpus) };
}

/** @throws InputError where the flags of parallelism take another number of devices than `--gpus` says. */
export function checkDevices(options: WorkloadOptions & DeviceOptions, numDevices: number): void {
  const gpus = optionalInteger(options.gpus, '--gpus');
  if (gpus !== undefined && gpus !== numDevices) {
    const given = PARALLELISM.filter((key) => options[key] !== undefined).map(
      (key) => `--${key} ${options[key]}`,
    );
    throw new InputError(
      `${given.join(' ')} takes ${numDevices} GPU${numDevices === 1 ? '' : 's'}, but --gpus is ${gpus}; make them agree, or leave one out.`,
    );
  }
}
