/** A command line to try, and what it shows. */
export interface Example {
  readonly line: string;
  readonly shows: string;
}

/** Examples for the help of each command by name, and of `kv` itself. Each of them can be pasted and runs as it is. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  kv: [
    {
      line: 'kv estimate meta-llama/Llama-3.1-8B --context 128k',
      shows: 'what the cache of a published model takes',
    },
    {
      line: 'kv compare meta-llama/Llama-3.1-8B deepseek-ai/DeepSeek-V3 --engines ideal,vllm',
      shows: 'models side by side, as papers count and as an engine allocates',
    },
    {
      line: 'kv plot',
      shows: 'memory against context for MHA and GQA, as a chart here and as a page',
    },
  ],
  estimate: [
    {
      line: 'kv estimate meta-llama/Llama-3.1-8B --context 128k --sequences 8',
      shows: 'a published model, eight sequences at a time',
    },
    {
      line: 'kv estimate ./config.json --engine vllm --tp 2 --kv-dtype fp8',
      shows: 'a config of your own, as vLLM allocates it on two devices',
    },
    {
      line: 'kv estimate --emb-dim 4096 --n-heads 32 --n-layers 32 --n-kv-groups 4 --explain',
      shows: 'a design from its sizes, with the arithmetic behind each number',
    },
    { line: 'cat config.json | kv estimate - --json', shows: 'exact bytes, for a script' },
  ],
  check: [
    {
      line: 'kv check vllm.log --gpu h100',
      shows: 'each figure of a start-up log, beside what kv says',
    },
    {
      line: "kv check 'vllm serve Qwen/Qwen3-32B -tp 2 --max-model-len 32768' --gpu 2xh100",
      shows: 'what a command will log, before it is started',
    },
  ],
  compare: [
    {
      line: 'kv compare meta-llama/Llama-3.1-8B deepseek-ai/DeepSeek-V3 --context 128k',
      shows: 'how much less one takes than the other',
    },
    {
      line: 'kv compare ./config.json --engines ideal,vllm,llama.cpp --context 1000',
      shows: 'one model as each engine allocates it',
    },
    {
      line: 'kv compare --emb-dim 4096 --n-heads 32 --n-layers 32 --n-kv-groups 4,8 --latent-dim 576',
      shows: 'what other designs of the same size would save',
    },
    {
      line: 'kv compare meta-llama/Llama-3.1-8B deepseek-ai/DeepSeek-V3 --out report.html --out report.csv',
      shows: 'a report to send on, and its numbers; .pdf, .md and .json too',
    },
  ],
  inspect: [
    { line: 'kv inspect deepseek-ai/DeepSeek-V3', shows: 'what the layers of a published model remember' },
    { line: 'kv inspect ./config.json --json', shows: 'every layer of a config, for a script' },
  ],
  plot: [
    { line: 'kv plot', shows: "the teaching script's figure: MHA against GQA" },
    {
      line: 'kv plot meta-llama/Llama-3.1-8B deepseek-ai/DeepSeek-V3 --max-context 128k --out figure.html',
      shows: 'published models, as one page that works offline',
    },
    {
      line: 'kv plot --n-kv-groups 4 --sliding-window-size 1024 --swa-ratio 5:1 --out figure.json --log-y',
      shows: 'other designs of that size, as Plotly JSON; .pdf, .png and .svg too',
    },
  ],
  models: [
    { line: 'kv models gemma', shows: 'the published models of that name' },
    { line: 'kv models --json', shows: 'all of them, for a script' },
  ],
  fit: [
    { line: 'kv fit meta-llama/Llama-3.1-8B --gpu h100', shows: 'what fits into one GPU beside the weights' },
    {
      line: 'kv fit meta-llama/Llama-3.1-70B --gpu h100 --gpus 4 --engine vllm --context 32k',
      shows: 'how many sequences of that length fit into four, as vLLM allocates',
    },
  ],
  gpus: [{ line: 'kv gpus h100', shows: 'the GPUs of that name' }],
  web: [
    { line: 'kv web', shows: 'the page, in your browser' },
    {
      line: 'kv web meta-llama/Llama-3.1-8B --engines ideal,vllm --no-open',
      shows: 'the address of the page with that model on two engines, not opened',
    },
    {
      line: 'kv web --emb-dim 4096 --n-heads 32 --n-layers 32 --latent-dim 576 --no-open',
      shows: 'the address of the page with a design, not opened',
    },
  ],
  completion: [
    { line: 'kv completion bash >> ~/.bashrc', shows: 'for bash; open a new shell afterwards' },
    { line: 'kv completion zsh >> ~/.zshrc', shows: 'for zsh' },
    { line: 'kv completion fish > ~/.config/fish/completions/kv.fish', shows: 'for fish' },
  ],
};
