import type { Deployment, NamedDevices } from '../deployment/deployment.js';
import type { LogReading } from './log-reading.js';

/**
 * What a log says was run: the deployment of its arguments, on the release, the load and the devices that its other lines
 * name.
 *
 * @param launched the deployment of `launchOfLog`.
 */
export function deploymentOfLog(reading: LogReading, launched: Deployment): Deployment {
  const { release, lines } = reading;
  const figure = (name: string) => lines.find(({ quantity }) => quantity === name)?.value;
  const context = figure('maxModelLen') ?? figure('contextLength');
  return {
    ...launched,
    // Builds of llama.cpp are counted, and none of its rules here is of one.
    engine: {
      ...launched.engine,
      ...(release === undefined || launched.engine.name === 'llama.cpp' ? {} : { release }),
    },
    load: {
      ...launched.load,
      ...(context === undefined || launched.engine.name === 'llama.cpp' ? {} : { contextLength: context }),
    },
    devices: launched.devices.length > 0 ? launched.devices : devicesOf(reading, figure('deviceTotal')),
  };
}

function devicesOf({ devices }: LogReading, total: number | undefined): readonly NamedDevices[] {
  const [named] = devices;
  if (named !== undefined) {
    return [{ gpu: named.name }];
  }
  return total === undefined ? [] : [{ memoryBytes: Math.round(total) }];
}
