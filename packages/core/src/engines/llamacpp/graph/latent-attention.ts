import { mix } from './attention.js';
import { type Block, type Build, blockWeight, type Latent, linear, normalize } from './build.js';
import type { AttentionCall } from './decoder.js';
import { expand } from './graph.js';
import * as ggml from './operations.js';
import { contiguous, F32, type Tensor } from './tensor.js';

/**
 * Attention to latents, with the expansion of keys taken into the queries and that of values done after it.
 *
 * Source: ggml-org/llama.cpp v0.5.0, `src/models/deepseek2.cpp`, `src/llama-graph.cpp` (`build_attn` with keys only).
 */
export function latentAttention({ build, block, index, normed, positions, inputs }: AttentionCall): Tensor {
  const { numAttentionHeads: heads, latent } = block as Block & { readonly latent: Latent };
  const { kvLoraRank, qkRopeHeadDim, qkNopeHeadDim, vHeadDim } = latent;
  const [, tokens] = normed.ne;
  const bytes = F32.blockBytes;
  const width = qkNopeHeadDim + qkRopeHeadDim;
  const q = ggml.reshape(
    queries(build, index, normed, heads * width, latent.qLoraRank),
    width,
    heads,
    tokens,
  );
  const both = linear(build, normed, index, 'attn_kv_a_mqa', kvLoraRank + qkRopeHeadDim);
  const row = bytes * (kvLoraRank + qkRopeHeadDim);
  const compressed = normalize(build, ggml.view(both, [kvLoraRank, tokens], [row]), 'attn_kv_a_norm', index);
  const turnedKey = ggml.rope(
    ggml.view(both, [qkRopeHeadDim, 1, tokens], [row, row], bytes * kvLoraRank),
    positions,
  );
  const plain = ggml.permute(ggml.view(q, [qkNopeHeadDim, heads, tokens], [q.nb[1], q.nb[2]]), 0, 2, 1, 3);
  const turned = ggml.rope(
    ggml.view(q, [qkRopeHeadDim, heads, tokens], [q.nb[1], q.nb[2]], bytes * qkNopeHeadDim),
    positions,
  );
  const absorbed = ggml.mulMat(
    blockWeight(build, index, 'attn_k_b.weight', qkNopeHeadDim, kvLoraRank, heads),
    plain,
  );
  const query = ggml.concat(ggml.permute(absorbed, 0, 2, 1, 3), turned, 0);
  const value = ggml.reshape(compressed, kvLoraRank, 1, tokens);
  const key = ggml.concat(value, turnedKey, 0);
  for (const tensor of [query, value, key]) {
    expand(build.graph, tensor);
  }
  const { cells, streams } = inputs.cache;
  const keyWidth = kvLoraRank + qkRopeHeadDim;
  const cache = ggml.leaf(build.step.keyType, [keyWidth, cells, streams], {
    kind: 'cache',
    backend: build.homes.cache(index),
  });
  const flat = streams > 1 ? ggml.reshape(cache, keyWidth, cells * streams) : cache;
  expand(build.graph, ggml.setRows(flat, ggml.view(key, [keyWidth, tokens], [key.nb[2]]), inputs.keyRows));
  const cacheRow = contiguous(cache.type, [keyWidth, 1, 1, 1])[1];
  const keys = ggml.view(cache, [keyWidth, 1, cells, streams], [cacheRow, cacheRow, cacheRow * cells]);
  const values = ggml.view(keys, [kvLoraRank, 1, cells, streams], [keys.nb[1], keys.nb[2], keys.nb[3]]);
  const expansion = blockWeight(build, index, 'attn_v_b.weight', kvLoraRank, vHeadDim, heads);
  const attended = mix(build, query, keys, values, inputs.mask, {}, expansion);
  return linear(build, attended, index, 'attn_output', build.hiddenSize);
}

function queries(build: Build, index: number, x: Tensor, width: number, rank: number | undefined): Tensor {
  if (!build.has(`blk.${index}.attn_q_a.weight`, rank !== undefined) || rank === undefined) {
    return linear(build, x, index, 'attn_q', width);
  }
  const compressed = normalize(build, linear(build, x, index, 'attn_q_a', rank), 'attn_q_a_norm', index);
  return linear(build, compressed, index, 'attn_q_b', width);
}
