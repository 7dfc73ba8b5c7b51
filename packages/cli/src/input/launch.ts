import { existsSync, statSync } from 'node:fs';
import type { LaunchReading } from '@kv/core/launch';
import { readTextFile } from './text.js';

/** Larger files are no one's launch command. */
const LARGEST_FILE = 256 * 1024;

/**
 * What an argument says where it is a launch command, or a file that holds one; undefined where it names a model. What
 * reads commands is loaded only for what may be one.
 *
 * @throws InputError for a command that cannot be read.
 */
export async function launchFrom(argument: string): Promise<LaunchReading | undefined> {
  const text = await textOf(argument);
  return text === undefined ? undefined : readLaunchText(text);
}

/** The same for a text, wherever it came from; undefined where it does not look like a command. */
export async function readLaunchText(text: string): Promise<LaunchReading | undefined> {
  const { isLaunchText, launchCommand } = await import('@kv/launch');
  if (!isLaunchText(text)) {
    return undefined;
  }
  const { readLaunch } = await import('@kv/core/launch');
  return readLaunch(launchCommand(text));
}

async function textOf(argument: string): Promise<string | undefined> {
  if (existsSync(argument)) {
    const isText = !/\.(json|gguf|safetensors)$/i.test(argument);
    const stats = statSync(argument);
    return isText && stats.isFile() && stats.size <= LARGEST_FILE ? readTextFile(argument) : undefined;
  }
  return /\s/.test(argument.trim()) ? argument : undefined;
}
