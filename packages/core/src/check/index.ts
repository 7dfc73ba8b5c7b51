export { type CheckedLine, checkLog, type LineVerdict } from './check-log.js';
export { deploymentOfLog } from './deployment-of-log.js';
export { launchOfLog } from './launch-of-log.js';
export type { LogLine, LogReading } from './log-reading.js';
export { type LogReader, logReader, readLog } from './read-log.js';
