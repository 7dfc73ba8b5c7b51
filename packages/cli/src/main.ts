#!/usr/bin/env node
import { failureOf } from './failure.js';
import { run } from './program.js';

// Leaving by `exit` lets what was started clean up after itself: browsers, profiles, half-written files.
for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGQUIT', 131],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

// A reader that has seen enough, such as `head`, is no failure, and ends no export.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') {
    process.stderr.write(`kv: The answer cannot be written to standard output (${message}).\n`);
    process.exitCode = 3;
  }
});

try {
  await run(process.argv.slice(2));
} catch (error) {
  const { exitCode, message } = failureOf(error);
  if (message !== undefined) {
    process.stderr.write(`kv: ${message}\n`);
  }
  process.exitCode = exitCode;
}
