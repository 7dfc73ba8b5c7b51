import {
  type Capacity,
  type CapacityContour,
  type Device,
  type FigureTable,
  type Fit,
  type FitRequest,
  type FitRow,
  type Fitting,
  fitByBits,
  fitFigure,
  fit as fitInto,
  formatSeconds,
  formatTokens,
  fullestOf,
  InputError,
  type Model,
  mostSequencesOf,
  settle,
  sizeCell,
} from '@kv/core';
import type { Gpu } from '@kv/core/gpus';
import { gpuById } from '../library/gpus.js';
import { gpuIds, type State } from '../state/state.js';
import { nameOnPage } from '../state/texts.js';
import type { EstimatedCase } from './cases.js';
import type { ChartParts, UntitledStyle } from './chart.js';

/** What of a case fits into the memory of some GPUs of one kind. */
export interface FitView {
  readonly request: FitRequest;
  readonly fit: Fit;
}

/** What of a case fits into each of the chosen GPUs; nothing where its weights are not known. */
export function fitsOf(item: EstimatedCase, state: State): readonly FitView[] {
  return requestsOf(item, state).map((request) => ({ request, fit: fitInto(request) }));
}

/** The case settled on each of the chosen GPUs. */
function requestsOf({ deployment, known, budget }: EstimatedCase, state: State): readonly FitRequest[] {
  if (known.model.weights === undefined && deployment.weights === undefined) {
    return [];
  }
  return gpusOf(state).flatMap(({ id }) => {
    const [said = {}] = deployment.devices;
    const { devices, ...settled } = settle(
      { ...deployment, devices: [{ ...said, gpu: id }] },
      known,
      nameOnPage,
    );
    return devices === undefined || settled.case.model.weights === undefined
      ? []
      : [{ ...settled, devices, budget }];
  });
}

/** The chosen GPUs, without those that are on their way. */
function gpusOf(state: State): readonly Gpu[] {
  return gpuIds(state).flatMap((id) => {
    try {
      return gpuById(id) ?? [];
    } catch (error) {
      throw error instanceof InputError
        ? new InputError(`gpu is "${id}", which is none of the list; choose one there.`)
        : error;
    }
  });
}

/** Memory of the chosen GPUs: what the weights of a single case leave, or all of it where several would leave different parts. */
export function capacitiesOf(cases: readonly EstimatedCase[], state: State): readonly Capacity[] {
  const [first, ...others] = cases;
  if (first === undefined) {
    return [];
  }
  const fits = others.length === 0 ? fitsOf(first, state) : [];
  if (fits.length > 0) {
    return fits
      .map((view) => ({ ...view, left: fullestOf(view.fit.budget).available.bytes }))
      .filter(({ left }) => left > 0)
      .map(({ request: { devices }, left }) => ({
        label: `${countedName(devices.device, devices.count)}, beside the weights`,
        bytes: devices.count * left,
      }));
  }
  return gpusOf(state).map((gpu) => {
    const count = Number(state.gpus);
    return { label: `${countedName(gpu, count)}, weights and all`, bytes: count * gpu.total.bytes };
  });
}

/**
 * The most sequences of each context length that the chosen GPUs hold. They do not depend on the sliders, so the last ones
 * are kept: finding them takes longer than a slider may.
 */
export function contoursOf(
  item: EstimatedCase,
  lengths: readonly number[],
  state: State,
): readonly CapacityContour[] {
  const { row, model } = item;
  const { gpu, gpus, overhead, utilization } = state;
  const key = JSON.stringify([state.rows[row], lengths, gpu, gpus, overhead, utilization]);
  if (last?.model !== model || last.key !== key) {
    last = { model, key, contours: findContours(item, lengths, state) };
  }
  return last.contours;
}

let last:
  | { readonly model: Model; readonly key: string; readonly contours: readonly CapacityContour[] }
  | undefined;

function findContours(
  item: EstimatedCase,
  lengths: readonly number[],
  state: State,
): readonly CapacityContour[] {
  return requestsOf(item, state).map((request) => {
    const { devices, case: settled } = request;
    return {
      label: countedName(devices.device, devices.count),
      numSequences: lengths.map((contextLength) => {
        const workload = { ...settled.workload, contextLength };
        return mostSequencesOf({ ...request, case: { ...settled, workload } }).numSequences;
      }),
    };
  });
}

/** What fits into the chosen GPUs, in several dtypes of the cache. */
export function fitChart(cases: readonly EstimatedCase[], state: State, style: UntitledStyle): ChartParts {
  const gpus = gpusOf(state);
  const rows = cases.flatMap((item) =>
    fitsOf(item, state).map((view) => ({
      ...view,
      item,
      label: gpus.length === 1 ? item.label : `${item.label} on ${view.request.devices.device.name}`,
      byBits: fitByBits(view.request, view.fit),
    })),
  );
  const reasons = rows.flatMap(({ label, fit: { largestContext, mostSequences } }) =>
    [largestContext, mostSequences].flatMap(({ limitReason }) =>
      limitReason === undefined ? [] : [`${label}: ${limitReason}`],
    ),
  );
  const unknown = cases.filter(({ model }) => model.weights === undefined).map(({ label }) => label);
  const bars = rows.map(({ label, item, fit: found }) => ({
    label,
    budget: fullestOf(found.budget),
    cacheBytes: item.allocation.perDeviceBytes,
  }));
  const names = gpus.map((gpu, index) => countedName(gpu, rows[index]?.fit.numDevices ?? 1));
  const title = `What fits into ${names.join(' and ') || 'no GPU'}`;
  return {
    figure: fitFigure(bars, { ...style, title }),
    table: fitTable(rows, state, style),
    data: rows.map(({ item, request: { devices }, byBits }) => ({
      label: item.label,
      gpu: devices.gpu?.id,
      rows: byBits,
    })),
    notes: [
      ...(gpus.length === 0 ? ['Choose a GPU to see what it holds.'] : []),
      ...unknown.map(
        (label) =>
          `The weights of ${label} are not known; give their size, such as 16GB, below “More” in its row to see what fits.`,
      ),
      ...new Set(reasons),
    ],
  };
}

interface FitChartRow extends FitView {
  readonly label: string;
  readonly item: EstimatedCase;
  readonly byBits: readonly FitRow[];
}

function fitTable(rows: readonly FitChartRow[], state: State, { units }: UntitledStyle): FigureTable {
  return {
    caption: `The largest context for ${state.sequences} ${state.sequences === '1' ? 'sequence' : 'sequences'}, the most sequences of ${state.context} tokens, what limits them, and the least time that a token of each can take: reading weights and cache once`,
    heads: ['Model', 'KV dtype', 'For the cache', 'Largest context', 'A token', 'Most sequences', 'A token'],
    rows: rows.flatMap(({ label, byBits }) =>
      byBits.map(({ dtype, fit: { budget, numDevices, largestContext, mostSequences } }) => ({
        head: label,
        cells: [
          { text: dtype, note: '' },
          sizeCell(Math.max(0, fullestOf(budget).available.bytes), units, numDevices === 1 ? '' : 'on each'),
          { text: contextText(largestContext), note: LIMITS[largestContext.limit] },
          { text: timeText(largestContext), note: '' },
          { text: sequencesText(mostSequences), note: LIMITS[mostSequences.limit] },
          { text: timeText(mostSequences), note: '' },
        ],
      })),
    ),
  };
}

const LIMITS: Readonly<Record<Fitting['limit'], string>> = {
  memory: 'memory',
  weights: 'weights',
  model: 'model',
  engine: 'engine',
  none: '',
};

function contextText({ limit, contextLength }: Fitting): string {
  return limit === 'none' ? 'any' : tokensText(contextLength);
}

function sequencesText({ limit, numSequences }: Fitting): string {
  return limit === 'none' ? 'any' : numSequences.toLocaleString('en');
}

function timeText({ secondsPerStep }: Fitting): string {
  return secondsPerStep === undefined ? '-' : `≥ ${formatSeconds(secondsPerStep)}`;
}

function tokensText(tokens: number): string {
  const text = formatTokens(tokens);
  return text === String(tokens) ? tokens.toLocaleString('en') : text;
}

function countedName({ name }: Device, count: number): string {
  return count === 1 ? name : `${count} x ${name}`;
}
