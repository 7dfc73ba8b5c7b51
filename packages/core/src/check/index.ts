export type { LogLine, LogReading } from './log-reading.js';
export { type LogReader, logReader, readLog } from './read-log.js';
