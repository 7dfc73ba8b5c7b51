export { GPUS } from './data.js';
export { gpuNamed, searchGpus } from './find.js';
export { availableBytes, type Gpu, type GpuVendor } from './gpu.js';
