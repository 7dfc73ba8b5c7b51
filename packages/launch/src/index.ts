export { isLaunchText, launchCommand, launchCommandOf } from './launch-command.js';
