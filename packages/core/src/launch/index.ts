export type { Deployment, ModelRef } from '../deployment/deployment.js';
export type { LaunchCommand, LaunchProgram, LaunchWord } from '../engines/launch/command.js';
export type { LaunchReading, ReadWord, WordStatus } from '../engines/launch/reading.js';
export { isSecretName, isSecretValue } from '../engines/launch/secrets.js';
export { type EngineFlag, engineFlag, modelledFlags } from './engine-flag.js';
export { printLaunch } from './print-launch.js';
export { programWithFlags } from './program-with-flags.js';
export { readLaunch } from './read-launch.js';
