import type { Deployment } from '../../deployment/deployment.js';
import type { LaunchCommand } from './command.js';
import type { Interpreted } from './interpret.js';
import type { ReadWord } from './reading.js';
import { isSecretName, isSecretValue } from './secrets.js';

const VISIBLE = [
  'CUDA_VISIBLE_DEVICES',
  'HIP_VISIBLE_DEVICES',
  'ROCR_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
];

/**
 * Every variable of a command's environment that its engine does not read as a flag.
 *
 * @param memory those that change memory: not counted yet, except the devices that they show.
 */
export function readEnvironment(
  { env }: LaunchCommand,
  memory: ReadonlySet<string>,
  read: ReadonlySet<string>,
  into: Interpreted,
): void {
  for (const [name, { text }] of Object.entries(env)) {
    if (!read.has(name)) {
      into.words.push(
        variableWord(
          name,
          text,
          VISIBLE.includes(name) ? 'modelled' : memory.has(name) ? 'not-modelled' : 'no-matter',
        ),
      );
    }
  }
}

export function variableWord(name: string, text: string, is: ReadWord['is']): ReadWord {
  const isSecret = isSecretName(name) || isSecretValue(text);
  return { flag: name, ...(isSecret ? { secret: true as const } : { value: text }), is };
}

/** How many devices the environment lets the engine see; none said where it does not, or says all. */
export function visibleDevices({ env }: LaunchCommand): Deployment['devices'] {
  for (const name of VISIBLE) {
    const word = Object.hasOwn(env, name) ? env[name] : undefined;
    if (
      word !== undefined &&
      word.unknown === undefined &&
      /^[\w:./-]+(\s*,\s*[\w:./-]+)*$/.test(word.text.trim())
    ) {
      const ids = word.text.split(',');
      if (!/^(all|none|void|-1|nodevfiles)$/i.test(word.text.trim())) {
        return [{ count: ids.length }];
      }
    }
  }
  return [];
}
