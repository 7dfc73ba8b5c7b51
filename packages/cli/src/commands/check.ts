import { createReadStream, existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import {
  budgetNamed,
  type Deployment,
  engineNamed,
  InputError,
  type Settled,
  settle,
  weightsInFormat,
} from '@kv/core';
import {
  type CheckedLine,
  checkLog,
  deploymentOfLog,
  type LogReading,
  launchOfLog,
  logReader,
} from '@kv/core/check';
import { gpuNamed } from '@kv/core/gpus';
import { readLaunch } from '@kv/core/launch';
import { type DeploymentOptions, deploymentOfLaunch } from '../deployments.js';
import type { FormatOptions } from '../flags/options.js';
import { launchFrom } from '../input/launch.js';
import { modelFrom } from '../input/model.js';
import { checkJson, renderCheck } from '../render/check.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { print, printLines } from '../terminal/terminal.js';
import { fitCommand } from './fit.js';

/** The code with which `kv check` ends where a figure whose inputs all stand in the log is not the one printed. */
const DIFFERS = 4;

/** `kv check`: an engine's start-up log, figure by figure, beside what kv says; of a launch command, what its log will say. */
export async function checkCommand(
  argument: string,
  options: DeploymentOptions & FormatOptions,
): Promise<void> {
  if (argument !== '-' && (await launchFrom(argument)) !== undefined) {
    await fitCommand(argument, options);
    return;
  }
  const reading = await readingOf(argument);
  const { deployment, settled, problem } = await settledFrom(reading, options);
  const budget = settled === undefined ? undefined : budgetNamed(settled.case.engine.name);
  const lines = checkLog(reading, settled, budget);
  const answer = { reading, deployment, lines, ...(problem === undefined ? {} : { problem }) };
  if (formatOf(options) === 'json') {
    print(renderJson(checkJson(answer)));
  } else {
    printLines(renderCheck(answer));
  }
  if (reading.release !== undefined && lines.some(isWrong)) {
    process.exitCode = DIFFERS;
  }
}

function isWrong({ verdict, isCertain }: CheckedLine): boolean {
  return isCertain && verdict === 'differs';
}

async function readingOf(argument: string): Promise<LogReading> {
  if (argument !== '-' && !existsSync(argument)) {
    throw new InputError(
      `There is no file "${argument.length > 80 ? `${argument.slice(0, 77)}...` : argument}", and it is no launch command; give a start-up log, - for standard input, or a command in quotes.`,
    );
  }
  const name = argument === '-' ? 'standard input' : `"${argument}"`;
  const reading = await readStream(argument === '-' ? process.stdin : createReadStream(argument), name);
  if (reading.engine === undefined) {
    throw new InputError(
      `${name} has no line that vLLM, SGLang or llama.cpp prints when it starts; give the log from its first line on.`,
    );
  }
  return reading;
}

async function readStream(stream: Readable, name: string): Promise<LogReading> {
  const reader = logReader();
  stream.setEncoding('utf8');
  try {
    for await (const piece of stream) {
      reader.write(String(piece));
    }
  } catch (error) {
    throw new InputError(
      `${name} cannot be read (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
  return reader.end();
}

interface FromLog {
  readonly deployment?: Deployment;
  readonly settled?: Settled;
  /** Why nothing is settled. */
  readonly problem?: string;
}

/** What the log says was run, and the flags beside it. What is missing leaves the figures without a comparison. */
async function settledFrom(reading: LogReading, options: DeploymentOptions): Promise<FromLog> {
  const command = launchOfLog(reading);
  if (command === undefined) {
    return {};
  }
  const { model: named, ...flags } = options;
  const deployment = deploymentOfLaunch(deploymentOfLog(reading, readLaunch(command).deployment), flags);
  const name = named ?? ('id' in deployment.model ? deployment.model.id : reading.model);
  if (name === undefined) {
    return { deployment, problem: 'The log does not name its model; give it, as in --model Qwen/Qwen3-8B.' };
  }
  try {
    const model = await modelFrom(name);
    return { deployment, settled: settle(deployment, { model, engineNamed, weightsInFormat, gpuNamed }) };
  } catch (error) {
    if (error instanceof InputError) {
      return { deployment, problem: error.message };
    }
    throw error;
  }
}
