import type { LaunchWord } from '@kv/core/launch';

/**
 * The program that an image starts, before its arguments: none where they are the whole command.
 *
 * Source: the Dockerfiles of vllm-project/vllm (`docker/Dockerfile`), ggml-org/llama.cpp (`.devops/cuda.Dockerfile`),
 * ollama/ollama, sgl-project/sglang (no entrypoint).
 */
export function entrypointOf(image: string): readonly LaunchWord[] {
  const [path = ''] = image.split('@');
  const [name = '', tag = ''] = path.split('/').at(-1)?.split(':') ?? [];
  if (/llama[._-]?cpp/i.test(path)) {
    return /light/i.test(tag) ? [{ text: 'llama-cli' }] : [{ text: 'llama-server' }];
  }
  if (/vllm/i.test(name)) {
    return [{ text: 'vllm' }, { text: 'serve' }];
  }
  if (/^ollama$/i.test(name)) {
    return [{ text: 'ollama' }];
  }
  return [];
}
