import { formatBytes, InputError } from '@kv/core';
import { type Gpu, searchGpus } from '@kv/core/gpus';
import type { FormatOptions } from '../flags/options.js';
import type { Column } from '../render/column.js';
import { formatOf } from '../render/format.js';
import { renderJson } from '../render/json.js';
import { formatRate } from '../render/numbers.js';
import { printSummary } from '../render/summary.js';
import { renderTable } from '../render/table.js';
import { print, terminalWidth } from '../terminal/terminal.js';

/** `kv gpus`: the accelerators that are known, those of a search where one is given. */
export async function gpusCommand(words: readonly string[], options: FormatOptions): Promise<void> {
  const format = formatOf(options);
  const gpus = searchGpus(words.join(' '));
  if (gpus.length === 0) {
    throw new InputError(`No GPU has "${words.join(' ')}" in its name; "kv gpus" lists all of them.`);
  }
  switch (format) {
    case 'json':
      print(renderJson({ gpus: gpus.map(({ aliases: _, ...gpu }) => gpu) }));
      return;
    case 'csv':
      await printSummary(format, EXACT_COLUMNS, gpus);
      return;
    case 'markdown':
      await printSummary(format, [...COLUMNS, SOURCE], gpus);
      return;
    case 'text':
      print(renderTable(COLUMNS, gpus, terminalWidth()));
  }
}

const SOURCE: Column<Gpu> = { title: 'Source', align: 'left', cell: ({ source }) => source };

const COLUMNS: readonly Column<Gpu>[] = [
  { title: 'GPU', align: 'left', cell: ({ id }) => id },
  { title: 'Name', align: 'left', cell: ({ name }) => name },
  { title: 'Memory', align: 'right', cell: ({ total }) => formatBytes(total.bytes) },
  {
    title: 'Bandwidth',
    align: 'right',
    cell: ({ bandwidthBytesPerSecond }) => formatRate(bandwidthBytesPerSecond),
  },
];

const EXACT_COLUMNS: readonly Column<Gpu>[] = [
  { title: 'id', align: 'left', cell: ({ id }) => id },
  { title: 'name', align: 'left', cell: ({ name }) => name },
  { title: 'memory bytes', align: 'right', cell: ({ memoryBytes }) => String(memoryBytes) },
  {
    title: 'reported bytes',
    align: 'right',
    cell: ({ reportedBytes }) => (reportedBytes === undefined ? '' : String(reportedBytes)),
  },
  { title: 'total bytes', align: 'right', cell: ({ total }) => String(total.bytes) },
  { title: 'total at least', align: 'right', cell: ({ total }) => String(total.low) },
  { title: 'total at most', align: 'right', cell: ({ total }) => String(total.high) },
  {
    title: 'bandwidth bytes per second',
    align: 'right',
    cell: ({ bandwidthBytesPerSecond }) => String(bandwidthBytesPerSecond),
  },
  { title: 'source', align: 'left', cell: ({ source }) => source },
];
