import type { LaunchWord } from '@kv/core/launch';

/** What `docker run` starts. */
export interface ContainerRun {
  readonly image: string;
  readonly env: Readonly<Record<string, LaunchWord>>;
  readonly entrypoint?: LaunchWord;
  readonly argv: readonly LaunchWord[];
}

/** Options of `docker run` and `podman run` that take no value; every other one takes the next word. */
const WITHOUT_VALUE = new Set(
  `--detach --disable-content-trust --help --init --interactive --no-healthcheck --oom-kill-disable --privileged
  --publish-all --quiet --read-only --rm --sig-proxy --tty --replace --rmi --tls-verify --use-api-socket --env-host
  --http-proxy --no-hosts --no-hostname --passwd --rootfs --unsetenv-all`.split(/\s+/),
);

const SHORT_WITHOUT_VALUE = /^-[ditPq]+$/;

/**
 * The image, environment and arguments of `docker run`, from what follows it.
 *
 * Source: docker/cli v28 `cli/command/container/opts.go` (`addFlags`); containers/podman v5 `podman-run`.
 */
export function containerRun(words: readonly LaunchWord[]): ContainerRun | undefined {
  const env: Record<string, LaunchWord> = {};
  let entrypoint: LaunchWord | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as LaunchWord;
    const { text } = word;
    if (!text.startsWith('-')) {
      return {
        image: text,
        env,
        argv: words.slice(at + 1),
        ...(entrypoint === undefined ? {} : { entrypoint }),
      };
    }
    if (SHORT_WITHOUT_VALUE.test(text) || WITHOUT_VALUE.has(text) || /^--[\w-]+=/.test(text)) {
      const [, name = '', value = ''] = /^(--[\w-]+)=([\s\S]*)$/.exec(text) ?? [];
      entrypoint = name === '--entrypoint' ? { ...word, text: value } : entrypoint;
      addVariable(name, { ...word, text: value }, env);
      continue;
    }
    const attached = /^-[a-zA-Z]./.test(text) && !text.startsWith('--') ? attachedValue(word) : undefined;
    const name = attached === undefined ? text : `-${attached.option}`;
    const value = attached?.value ?? words[at + 1];
    at += attached === undefined ? 1 : 0;
    if (value !== undefined) {
      entrypoint = name === '--entrypoint' ? value : entrypoint;
      addVariable(name, value, env);
    }
  }
  return undefined;
}

/** `-eA=b`, `-p8000:8000`, `-ite A=b`. */
function attachedValue(word: LaunchWord): { option: string; value?: LaunchWord } | undefined {
  const [, bundled] = /^-[ditPq]+([a-zA-Z])$/.exec(word.text) ?? [];
  if (bundled !== undefined) {
    return undefined;
  }
  const [, option = '', value = ''] = /^-([a-zA-Z])([\s\S]+)$/.exec(word.text) ?? [];
  return { option, value: { ...word, text: value } };
}

function addVariable(option: string, word: LaunchWord, env: Record<string, LaunchWord>): void {
  if (option !== '-e' && option !== '--env' && !/^-[ditPq]+e$/.test(option)) {
    return;
  }
  const equals = word.text.indexOf('=');
  const name = equals === -1 ? word.text : word.text.slice(0, equals);
  env[name] =
    equals === -1
      ? { text: `$${name}`, unknown: [`$${name}`] }
      : { ...word, text: word.text.slice(equals + 1) };
}
