export { GPUS } from './data.js';
export { type GpuCount, gpuNamed, gpusNamed, searchGpus } from './find.js';
export type { Device, Gpu, GpuVendor } from './gpu.js';
