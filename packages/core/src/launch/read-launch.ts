import { ENGINE_LAUNCHES } from '../engines/all-launches.js';
import type { LaunchCommand } from '../engines/launch/command.js';
import type { LaunchReading } from '../engines/launch/reading.js';

/**
 * What a command that starts an engine says: its deployment, and each of its words accounted for. Nothing is run,
 * expanded or guessed; what a variable or a file would say stands in `missing`.
 *
 * @throws InputError for what the engine's own parser would refuse: a flag without its value, a number that is none, a
 *   prefix that several flags have. No message holds a secret.
 */
export function readLaunch(command: LaunchCommand): LaunchReading {
  return ENGINE_LAUNCHES[command.program](command);
}
