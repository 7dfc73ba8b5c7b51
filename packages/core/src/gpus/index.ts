export { GPUS } from './data.js';
export { type GpuCount, gpuNamed, gpusNamed, searchGpus } from './find.js';
export { availableBytes, type Device, type Gpu, type GpuVendor } from './gpu.js';
