import { InputError } from '@kv/core';
import { type LaunchCommand, readLaunch } from '@kv/core/launch';
import { describe, expect, it } from 'vitest';
import { isLaunchText, launchCommand, launchCommandOf } from '../src/index.js';

function argv({ argv: words }: LaunchCommand): string {
  return words.map(({ text }) => text).join(' ');
}

function env({ env: variables }: LaunchCommand): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, { text }]) => [name, text]));
}

describe('a shell', () => {
  it.each([
    ['prompts and fences', '```bash\n$ vllm serve org/m \\\n    -tp 2\n```'],
    ['comments between continued lines', 'vllm serve org/m \\\n  # two of them\n  -tp 2'],
    ['lines that only begin with a flag', 'vllm serve org/m\n  -tp 2'],
    ['redirections, pipes and the background', 'nohup vllm serve org/m -tp 2 > log 2>&1 &'],
    ['chains', 'cd /x && pip install vllm && exec vllm serve org/m -tp 2 | tee log'],
    ['wrappers', 'sudo -E env A=1 nice -n 5 numactl --cpunodebind=0 -m 0 timeout 60 vllm serve org/m -tp 2'],
    ['uv', 'uv run --with vllm --python 3.12 vllm serve org/m -tp 2'],
    ['uvx', 'uvx --from vllm vllm serve org/m -tp 2'],
    ['shells in shells', `bash -lc "sh -c 'vllm serve org/m -tp 2'"`],
    ['folders and Python', '/opt/venv/bin/python3.12 -u /opt/venv/bin/vllm serve org/m -tp 2'],
    ['modules', 'python -m vllm.entrypoints.openai.api_server org/m -tp 2'],
    ['other programs before two hyphens', './run.py --devices 0 -- vllm serve org/m -tp 2'],
    ['quotes', `vllm serve "org"/'m' -tp "2"`],
    ['variables that are set', 'M=org/m\nexport TP=2\nvllm serve $M -tp "${TP}"'],
    ['arrays', 'ARGS=(org/m -tp 2)\nvllm serve "${ARGS[@]}"'],
    ['words that a variable holds', 'ARGS="org/m -tp 2"\nvllm serve $ARGS'],
    ['defaults', 'vllm serve ${M:-org/${N:-m}} -tp ${TP:-2}'],
    ['blanks behind continuations', 'vllm serve org/m \\ \n  -tp 2'],
    ['lists of words', 'subprocess.run(["vllm", "serve", "org/m", "-tp", "2"])  # vllm serve'],
    [
      'nodes that only differ in their number',
      'vllm serve org/m -tp 2\nvllm serve org/m -tp 2 --node-rank 1',
    ],
    ['functions', 'start() {\n  vllm serve org/m -tp 2\n}\nstart'],
  ])('is read with %s', (_, text) => {
    const command = launchCommand(text);
    expect([command.program, argv(command)]).toEqual(['vllm', 'org/m -tp 2']);
    expect(isLaunchText(text)).toBe(true);
  });

  it('is read with continuations of PowerShell and cmd, and names of folders there', () => {
    for (const end of ['`', '^']) {
      const command = launchCommand(
        `& "C:\\llama\\llama-server.exe" ${end}\n  -m C:\\models\\m.gguf ${end}\n  -c 4096`,
      );
      expect([command.program, argv(command)]).toEqual(['llama-server', '-m C:\\models\\m.gguf -c 4096']);
    }
  });

  it('is read with variables of PowerShell and cmd', () => {
    for (const set of ['$env:A="1";', '$env:A = "1"\n', 'set A=1\n', 'set "A=1"\n']) {
      expect(env(launchCommand(`${set} .\\llama-server.exe -m m.gguf`))).toEqual({ A: '1' });
    }
  });

  it('keeps what only running it would say, with its line', () => {
    const { argv: words } = launchCommand(
      'vllm serve $M \\\n --port {{ .Values.port }} \\\n --seed "$(date +%s)" <args>',
    );
    expect(words).toEqual([
      { text: '$M', unknown: ['$M'], line: 1 },
      { text: '--port', line: 2 },
      { text: '{{ .Values.port }}', unknown: ['{{ .Values.port }}'], line: 2 },
      { text: '--seed', line: 3 },
      { text: '$(date +%s)', unknown: ['$(date +%s)'], line: 3 },
      { text: '<args>', unknown: ['<args>'], line: 3 },
    ]);
  });

  it('takes nothing for certain that a branch sets', () => {
    const { argv: words } = launchCommand('M=a\nif true; then M=b; fi\nvllm serve $M');
    expect(words[0]?.unknown).toEqual(['$M']);
  });

  it('gives the environment: exports, prefixes, what env sets', () => {
    const command = launchCommand('export A=1\nB=2\nC="x y" env D=4 vllm serve org/m');
    expect(env(command)).toEqual({ A: '1', C: 'x y', D: '4' });
  });

  it('says which defaults it took, but no secret', () => {
    const { notes } = launchCommand('HF_TOKEN=${HF_TOKEN:-hf_abc} vllm serve org/m -tp ${TP:-2}');
    expect(notes).toEqual(['${TP:-2} is read as its default, 2.']);
  });

  it('takes words that are split already', () => {
    expect(argv(launchCommandOf(['llama-server', '-m', 'a b.gguf', '-c', '$X']))).toBe('-m a b.gguf -c $X');
  });
});

describe('docker run', () => {
  it('starts what its image or its arguments name', () => {
    const options =
      'docker run -d -it --rm --gpus all -p 8000:8000 -v ~/.cache:/root --shm-size 1g -e A=1 --env B=2 --env=C=3 -eD=4';
    const started = [
      `${options} vllm/vllm-openai:v0.11.0 --model org/m`,
      `${options} vllm/vllm-openai:v0.11.0 vllm serve --model org/m`,
      `${options} --entrypoint vllm registry/any:1 serve --model org/m`,
      `${options} registry/any:1 bash -c "vllm serve --model org/m"`,
    ].map(launchCommand);
    for (const command of started) {
      expect([command.program, argv(command), env(command)]).toEqual([
        'vllm',
        '--model org/m',
        { A: '1', B: '2', C: '3', D: '4' },
      ]);
    }
    expect(started[0]?.image).toBe('vllm/vllm-openai:v0.11.0');
    expect(launchCommand('podman run lmsysorg/sglang sglang serve --model-path org/m').program).toBe(
      'sglang',
    );
    expect(launchCommand('docker run ghcr.io/ggml-org/llama.cpp:server-cuda -m m.gguf').program).toBe(
      'llama-server',
    );
    const variables =
      'services:\n  a:\n    image: ghcr.io/ggml-org/llama.cpp:server\n    environment:\n      LLAMA_ARG_CTX_SIZE: 8192';
    expect(env(launchCommand(variables))).toEqual({ LLAMA_ARG_CTX_SIZE: '8192' });
    expect(argv(launchCommand('docker run -d -p 11434:11434 -e OLLAMA_NUM_PARALLEL=2 ollama/ollama'))).toBe(
      'serve',
    );
  });

  it('does not know what a variable without a value is', () => {
    expect(
      launchCommand('docker run -e HF_TOKEN vllm/vllm-openai --model org/m').env.HF_TOKEN?.unknown,
    ).toEqual(['$HF_TOKEN']);
  });
});

describe('YAML', () => {
  it('of compose starts the one engine among its services', () => {
    const command = launchCommand(`
services:
  proxy:
    image: nginx
    command: ["nginx", "-g", "daemon off;"]
  model:
    image: vllm/vllm-openai:v0.11.0
    environment:
      - VLLM_LOGGING_LEVEL=DEBUG
      - HF_TOKEN
    command: >
      --model org/m
      --max-model-len \${LEN:-8192}
      --override-generation-config '{"temperature": \${T:-\${U:-0.5}}}'
`);
    expect([command.program, argv(command)]).toEqual([
      'vllm',
      '--model org/m --max-model-len 8192 --override-generation-config {"temperature": 0.5}',
    ]);
    expect(env(command)).toEqual({ VLLM_LOGGING_LEVEL: 'DEBUG', HF_TOKEN: '$HF_TOKEN' });
  });

  it('of Kubernetes knows its own variables, in any of its documents', () => {
    const command = launchCommand(`
kind: Service
spec: { ports: [{ port: 80 }] }
---
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: engine
          image: vllm/vllm-openai:v0.11.0
          command: ["/bin/sh", "-c"]
          args:
            - |
              exec vllm serve $MODEL \\
                --served-model-name $(NAME) --port 8000
          env:
            - { name: MODEL, value: org/m }
            - { name: NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
`);
    expect(argv(command)).toBe('org/m --served-model-name $(NAME) --port 8000');
    expect(command.argv[2]?.unknown).toEqual(['$(NAME)']);
  });

  it('may be a fragment, with templates, without an image', () => {
    const args =
      '    args:\n      - --model\n      - {{ .Values.model }}\n      - --max-num-seqs={{ .Values.seqs }}\n      - --enforce-eager';
    const command = launchCommand(args);
    expect([command.program, argv(command)]).toEqual([
      'vllm',
      '--model {{ .Values.model }} --max-num-seqs={{ .Values.seqs }} --enforce-eager',
    ]);
    expect(readLaunch(command).missing.map(({ give }) => give)).toEqual(['--model', '--max-num-seqs']);
    expect(launchCommand('cmd: |\n  ${llama-server}\n  -m m.gguf -c 4096').program).toBe('llama-server');
  });

  it('is refused with its place', () => {
    expect(() => launchCommand('services:\n  a:\n    image: "vllm\n    command: [x')).toThrow(
      /line \d+, column \d+/,
    );
  });
});

describe('other files', () => {
  it('are systemd units', () => {
    const command = launchCommand(`[Service]
Environment="LLAMA_ARG_CTX_SIZE=8192" "A=b c"
ExecStart=-/usr/bin/llama-server \\
  -m /m.gguf \\
  -np 2
Restart=always`);
    expect([command.program, argv(command), env(command)]).toEqual([
      'llama-server',
      '-m /m.gguf -np 2',
      { LLAMA_ARG_CTX_SIZE: '8192', A: 'b c' },
    ]);
    expect(env(launchCommand('[Service]\nEnvironment="OLLAMA_NUM_PARALLEL=4"'))).toEqual({
      OLLAMA_NUM_PARALLEL: '4',
    });
  });

  it('are Modelfiles', () => {
    const { argv: words, parameters } = launchCommand(
      'FROM llama3.2:3b\nPARAMETER num_ctx 8192 # long\nSYSTEM """FROM nothing\nPARAMETER num_ctx 1"""',
    );
    expect(words[1]?.text).toBe('llama3.2:3b');
    expect(parameters?.num_ctx?.text).toBe('8192');
  });

  it('are Dockerfiles', () => {
    const command = launchCommand(
      'FROM vllm/vllm-openai:v0.11.0\nENV A=1\nENTRYPOINT ["python3", "-m", "vllm.entrypoints.openai.api_server"]\nCMD ["--model", "org/m"]',
    );
    expect([argv(command), command.image, env(command)]).toEqual([
      '--model org/m',
      'vllm/vllm-openai:v0.11.0',
      { A: '1' },
    ]);
    expect(
      argv(launchCommand('FROM ollama/ollama\nRUN ollama pull tinyllama\nENV OLLAMA_NUM_PARALLEL=2')),
    ).toBe('run tinyllama');
  });

  it('are scripts that set up Ollama', () => {
    const command = launchCommand(
      'export OLLAMA_KV_CACHE_TYPE=q8_0\nollama serve &\nOLLAMA_CONTEXT_LENGTH=8192 ollama run org/m',
    );
    expect([argv(command), env(command)]).toEqual([
      'run org/m',
      { OLLAMA_KV_CACHE_TYPE: 'q8_0', OLLAMA_CONTEXT_LENGTH: '8192' },
    ]);
  });
});

describe('what is no command of one engine', () => {
  it.each([
    ['nothing', '', /No engine is started/],
    ['prose', 'Serve it with vLLM, please.', /No engine is started/],
    ['a word about an engine', 'echo vllm serve org/m', /No engine is started/],
    [
      'two engines',
      'vllm serve a/b &\nllama-server -m m.gguf',
      /2 engines, vllm on line 1 and llama-server on line 2/,
    ],
    ['an open quote', 'vllm serve a/b \\\n  --x "y', /line 2, column 7/],
    ['bytes', 'vllm serve \u0000', /binary/],
    ['too much', 'x'.repeat(300_000), /too many/],
  ])('is refused: %s', (_, text, message) => {
    expect(() => launchCommand(text)).toThrow(InputError);
    expect(() => launchCommand(text)).toThrow(message);
  });

  it('is a name of a model', () => {
    expect(['org/m', 'Llama-3.1-8B', './config.json', '-'].map(isLaunchText)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
