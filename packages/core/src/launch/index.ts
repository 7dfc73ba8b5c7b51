export type { LaunchCommand, LaunchProgram, LaunchWord } from '../engines/launch/command.js';
export type { LaunchReading, ReadWord, WordStatus } from '../engines/launch/reading.js';
export type { SaidDeployment } from '../engines/launch/said.js';
export { isSecretName, isSecretValue } from '../engines/launch/secrets.js';
export { printLaunch } from './print-launch.js';
export { programWithFlags } from './program-with-flags.js';
export { readLaunch } from './read-launch.js';
