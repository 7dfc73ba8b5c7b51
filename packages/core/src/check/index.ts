export { argumentsOfLog } from './arguments-of-log.js';
export { type CheckedLine, checkLog, type LineVerdict } from './check-log.js';
export type { LogLine, LogReading } from './log-reading.js';
export { type LogReader, logReader, readLog } from './read-log.js';
