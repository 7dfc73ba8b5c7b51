// A part of the build of its own: all GPUs, of which the opening picture needs one.
export { GPUS, gpuNamed } from '@kv/core/gpus';
