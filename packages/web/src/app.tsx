import { InputError, type Model, NARROW_WIDTH, SEED_CONTEXT_RANGE } from '@kv/core';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { ChartControls } from './components/chart-controls.js';
import { SelectField } from './components/fields.js';
import { FigureView } from './components/figure-view.js';
import { useFileDrop } from './components/file-drop.js';
import { GpuFields } from './components/gpu-fields.js';
import { useMedia } from './components/media.js';
import { NumberTable } from './components/number-table.js';
import { RowList } from './components/row-list.js';
import { ShareFields } from './components/share-fields.js';
import { Tabs } from './components/tabs.js';
import { WorkloadFields } from './components/workload-fields.js';
import { onChange } from './library/changes.js';
import { modelFromHub } from './library/hub.js';
import { fill, keepLocal, LIBRARY } from './library/library.js';
import { modelFiles, modelFromText } from './library/local.js';
import { useHistory } from './state/history.js';
import { CHOICES, type Chart, DEFAULT_STATE, MAX_ROWS, type Row, type State, useOf } from './state/state.js';
import { sentenceText } from './view/answer.js';
import { type RowView, type View, viewOf } from './view/view.js';

const CHART_TITLES: Readonly<Record<Chart, string>> = {
  context: 'Context',
  batch: 'Batch × context',
  fit: 'What fits',
  pools: 'By kind of layer',
  savings: 'Savings',
  layers: 'Layer by layer',
};

/** The page: its state, what that means, and who may change it. */
export function App(): JSX.Element {
  const { state, problems, change, endChange, writeNow } = useHistory();
  const [notice, setNotice] = useState('');
  const [libraryVersion, countChange] = useReducer((count: number, _: undefined) => count + 1, 0);
  const prefersDark = useMedia('(prefers-color-scheme: dark)');
  const isNarrow = useMedia(`(max-width: ${NARROW_WIDTH}px)`);
  const theme = state.theme === 'auto' ? (prefersDark ? 'dark' : 'light') : state.theme;
  // Rendering begins to load what is not known yet; a plain effect could come after the browser's cache has answered.
  useLayoutEffect(() => onChange(() => countChange(undefined)), []);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);

  const found = useMemo(
    () => viewOf(state, LIBRARY, { theme, size: isNarrow ? 'narrow' : 'wide' }),
    [state, libraryVersion, theme, isNarrow],
  );
  // Where a state means nothing, the last picture stays.
  const last = useRef<View | undefined>(undefined);
  if ('chart' in found) {
    last.current = found;
  }
  const view = last.current;

  const title = view === undefined ? '' : sentenceText(view.answer);
  useEffect(() => {
    document.title = title === '' ? 'kv: KV-cache memory' : `kv: ${title}`;
  }, [title]);

  const update = (part: Partial<State>) => {
    setNotice('');
    change((newest) => ({ ...newest, ...part }));
  };
  const act = (part: Partial<State>) => {
    update(part);
    endChange();
  };
  const addLocal = async (name: string, read: () => Promise<Model>) => {
    try {
      const model = await read();
      setNotice('');
      change(({ rows, ...others }) => ({ ...others, rows: withLocal(rows, name, model) }));
      endChange();
    } catch (error) {
      if (!(error instanceof InputError)) {
        throw error;
      }
      setNotice(error.message);
    }
  };
  const readFiles = async (files: readonly File[]) => {
    for (const { name, read } of await modelFiles(files)) {
      await addLocal(name, read);
    }
  };
  const isOver = useFileDrop(readFiles, (text) => {
    void addLocal('pasted config', () => modelFromText(text, 'pasted config'));
  });

  const sentences = [...problems, 'problem' in found ? found.problem : '', notice].filter(Boolean);
  return (
    <div onChange={endChange}>
      <header class="page-head inline">
        <h1>
          kv <span>how much memory a KV cache takes</span>
        </h1>
        <SelectField
          label="Colours"
          value={state.theme}
          options={CHOICES.theme}
          onChange={(value) => update({ theme: value })}
        />
      </header>
      <main>
        <section class="picture" aria-label="Result">
          <p id="answer" class="answer" role="status">
            {view === undefined
              ? emptyAnswer(found.rows)
              : view.answer.map((part) =>
                  typeof part === 'string' ? part : <span class="name">{part.name}</span>,
                )}
          </p>
          <p id="problem" class="problem" role="alert" hidden={sentences.length === 0}>
            {sentences.join(' ')}
          </p>
          <Tabs
            label="Charts"
            tabs={CHOICES.chart.map((name) => ({ name, title: CHART_TITLES[name] }))}
            chosen={state.chart}
            onChoose={(chart) => act({ chart })}
          >
            <ChartControls
              state={state}
              labels={view?.cases.map(({ label }) => label) ?? []}
              onChange={update}
            />
            {view !== undefined && <FigureView {...view.chart} title={CHART_TITLES[view.chart.chart]} />}
          </Tabs>
        </section>
        <form
          class="controls"
          aria-label="Controls"
          autocomplete="off"
          onSubmit={(event) => event.preventDefault()}
        >
          <WorkloadFields
            state={state}
            longest={Math.max(...(view?.chart.lengths ?? [SEED_CONTEXT_RANGE.maximum]))}
            onChange={update}
          />
          <RowList
            rows={state.rows}
            views={found.rows.length > 0 ? found.rows : (view?.rows ?? [])}
            onEdit={(rows) => update({ rows })}
            onChange={(rows) => act({ rows })}
            onFiles={readFiles}
            onFetch={(reference) => void fill(reference, () => modelFromHub(reference.slice('hf:'.length)))}
            onReset={() => act(DEFAULT_STATE)}
          />
          <GpuFields state={state} onChange={update} />
          <ShareFields
            state={state}
            linkOf={() => {
              writeNow();
              return location.href;
            }}
          />
        </form>
        {view !== undefined && <NumberTable {...view.chart.table} />}
      </main>
      {isOver && <div class="drop">Drop a config.json or .gguf to read it here</div>}
    </div>
  );
}

/** What stands for an answer before there is one. */
function emptyAnswer(rows: readonly RowView[]): string {
  return rows.some(({ status }) => status === 'loading') ? 'Reading …' : 'There is nothing to show yet.';
}

/**
 * Rows with one more, for a model that was read here, used as the last one is. It takes the place of the row that the
 * page opens with.
 */
function withLocal(rows: readonly Row[], name: string, model: Model): readonly Row[] {
  const kept = rows === DEFAULT_STATE.rows ? [] : rows;
  const [likeLast] = rows.slice(-1);
  if (kept.length === MAX_ROWS || likeLast === undefined) {
    throw new InputError(`At most ${MAX_ROWS} are compared; remove one to make room for ${name}.`);
  }
  return [...kept, { ...useOf(likeLast), kind: 'model', model: keepLocal(name, model) }];
}
