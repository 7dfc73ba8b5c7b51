import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unpacked } from '../pypi.mjs';

/** All distributions of SGLang whose defaults are known, oldest first. */
const RELEASES = [
  ...[
    '0.4.6',
    '0.4.6.post1',
    '0.4.6.post2',
    '0.4.6.post3',
    '0.4.6.post4',
    '0.4.6.post5',
    '0.4.7',
    '0.4.7.post1',
  ],
  ...[
    '0.4.8',
    '0.4.8.post1',
    '0.4.9',
    '0.4.9.post1',
    '0.4.9.post2',
    '0.4.9.post3',
    '0.4.9.post4',
    '0.4.9.post5',
  ],
  ...[
    '0.4.9.post6',
    '0.4.10',
    '0.4.10.post1',
    '0.4.10.post2',
    '0.5.1',
    '0.5.1.post1',
    '0.5.1.post2',
    '0.5.1.post3',
  ],
  ...['0.5.2', '0.5.3', '0.5.3.post1', '0.5.3.post2', '0.5.3.post3', '0.5.4', '0.5.4.post1', '0.5.4.post2'],
  ...[
    '0.5.4.post3',
    '0.5.5',
    '0.5.5.post1',
    '0.5.5.post2',
    '0.5.5.post3',
    '0.5.6',
    '0.5.6.post1',
    '0.5.6.post2',
  ],
  ...['0.5.7', '0.5.8', '0.5.8.post1', '0.5.9', '0.5.10', '0.5.10.post1', '0.5.11', '0.5.12', '0.5.12.post1'],
  ...['0.5.13', '0.5.13.post1', '0.5.14', '0.5.15', '0.5.15.post1', '0.5.16', '0.5.17', '0.5.18', '0.5.19'],
  ...['0.5.20', '0.5.21', '0.5.22', '0.5.23'],
];

/** MiB that nvidia-smi prints of a T4, a 4090, a 5090, an L40S, an A100, an H100, an H20, an H200, a B200 and a B300. */
const DEVICES = [15_360, 24_564, 32_607, 46_068, 81_920, 81_559, 97_871, 143_771, 183_359, 275_040];

const LATENT = { latent: true };
const MODELS = {
  LlamaForCausalLM: {},
  Qwen3MoeForCausalLM: {},
  DeepseekV3ForCausalLM: LATENT,
  DeepseekV32ForCausalLM: { latent: true, sparse: true },
  GlmMoeDsaForCausalLM: { latent: true, sparse: true },
  Qwen3NextForCausalLM: {},
  NemotronHForCausalLM: {},
  KimiLinearForCausalLM: { latent: true, kda: true },
  Gemma3ForConditionalGeneration: { wrapper: true, vision: { num_hidden_layers: 27, hidden_size: 1152 } },
  Qwen2_5_VLForConditionalGeneration: { wrapper: true, vision: { hidden_size: 1280 } },
  Qwen3_5ForConditionalGeneration: { wrapper: true, vision: { hidden_size: 1152 } },
  KimiK25ForConditionalGeneration: {
    wrapper: true,
    latent: true,
    vision: { hidden_size: 1152, num_hidden_layers: 27 },
  },
  InternVLChatModel: { wrapper: true, vision: { hidden_size: 3200, num_hidden_layers: 45 } },
};

const USES = [
  {},
  { tp_size: 2 },
  { tp_size: 8 },
  { tp_size: 8, pp_size: 2 },
  { tp_size: 8, dp_size: 8, enable_dp_attention: true },
  { tp_size: 4, dp_size: 2, enable_dp_attention: true, cuda_graph_max_bs: 320 },
  { pp_size: 4 },
  { speculative_algorithm: 'EAGLE' },
  { tp_size: 4, speculative_algorithm: 'STANDALONE' },
  { speculative_algorithm: 'NGRAM' },
  { chunked_prefill_size: 16_384 },
  { chunked_prefill_size: 1000, cuda_graph_max_bs: 24 },
  { disable_cuda_graph: true },
  { max_running_requests: 20 },
  { context_length: 3000 },
];

const PLAIN = {
  ...{ wrapper: false, vision: null, latent: false, sparse: false, kda: false },
  ...{ tp_size: 1, pp_size: 1, dp_size: 1, enable_dp_attention: false, chunked_prefill_size: null },
  ...{ cuda_graph_max_bs: null, disable_cuda_graph: false, max_running_requests: null, context_length: null },
  speculative_algorithm: null,
};

/** Every model on an H100, every use of Llama on every device, every use of the others on a device each. */
const CASES = Object.entries(MODELS).flatMap(([architecture, facts], place) =>
  USES.flatMap((use, turn) => {
    const devices = place === 0 ? DEVICES : [DEVICES[(place + turn) % DEVICES.length]];
    return devices.map((mib) => ({ ...PLAIN, architecture, ...facts, ...use, mib }));
  }),
);

const script = fileURLToPath(new URL('defaults.py', import.meta.url));

async function answersOf(release) {
  const isFile = (name) =>
    name.startsWith(`sglang-${release}-`) && (name.endsWith('x86_64.whl') || name.endsWith('none-any.whl'));
  const { folder, source } = await unpacked('sglang', isFile);
  try {
    const input = JSON.stringify({ source, cases: CASES });
    return JSON.parse(execFileSync('python3', [script], { input, maxBuffer: 2 ** 26, encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Releases in a row that say the same stand together. */
const groups = [];
for (const release of RELEASES) {
  const answers = await answersOf(release);
  const last = groups.at(-1);
  if (last !== undefined && JSON.stringify(last.answers) === JSON.stringify(answers)) {
    last.releases.push(release);
  } else {
    groups.push({ releases: [release], answers });
  }
  console.error(release);
}
const changed = (one) =>
  Object.fromEntries(Object.entries(one).filter(([key, value]) => value !== PLAIN[key]));
const lines = (items) => items.map((item) => `    ${JSON.stringify(item)}`).join(',\n');
const GOLDEN = new URL('../../../packages/core/test/golden/sglang-defaults.json', import.meta.url);
writeFileSync(
  fileURLToPath(GOLDEN),
  `{
  "engine": "sglang",
  "generator": "tooling/conformance/sglang/defaults.mjs",
  "cases": [
${lines(CASES.map(changed))}
  ],
  "releases": [
${lines(groups)}
  ]
}
`,
);
