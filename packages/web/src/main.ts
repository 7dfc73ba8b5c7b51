import '@fontsource/open-sans/latin-400.css';
import './style.css';
import { NARROW_WIDTH } from '@kv/core';
import { draw } from './draw.js';
import { CHOICES, DEFAULT_STATE, FIELDS, type Field, formatState, parseState, type State } from './state.js';
import { tableElement } from './table.js';
import { viewOf } from './view.js';

const form = element('controls', HTMLFormElement);
const answer = element('answer', HTMLElement);
const problem = element('problem', HTMLElement);
const warnings = element('warnings', HTMLElement);
const figure = element('figure', HTMLElement);
const numbers = element('numbers', HTMLElement);
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const narrow = matchMedia(`(max-width: ${NARROW_WIDTH}px)`);

/** Whether the newest entry of the browser's history is one that typing may still replace. */
let typing = false;

fillChoices();
readAddress();

form.addEventListener('input', () => remember(readForm()));
form.addEventListener('change', () => {
  typing = false;
});
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('reset', (event) => {
  event.preventDefault();
  writeForm(DEFAULT_STATE);
  typing = false;
  remember(DEFAULT_STATE);
  typing = false;
});
addEventListener('popstate', readAddress);
addEventListener('resize', letKeysScroll);
for (const look of [prefersDark, narrow]) {
  look.addEventListener('change', () => show(readForm(), []));
}

function readAddress(): void {
  typing = false;
  const { state, problems } = parseState(location.search);
  writeForm(state);
  show(state, problems);
}

/** Shows a state and puts it into the address: one entry of the history for each change, not for each key. */
function remember(state: State): void {
  const address = `${location.pathname}${formatState(state)}`;
  if (address !== `${location.pathname}${location.search}`) {
    history[typing ? 'replaceState' : 'pushState'](null, '', address);
    typing = true;
  }
  show(state, []);
}

/** Shows what a state means; where it means nothing, says why and leaves the last picture in place. */
function show(state: State, problems: readonly string[]): void {
  const theme = state.theme === 'auto' ? (prefersDark.matches ? 'dark' : 'light') : state.theme;
  document.documentElement.dataset.theme = theme;
  const sentences = [...problems];
  try {
    const view = viewOf(state, {
      theme: theme === 'dark' ? 'dark' : 'light',
      size: narrow.matches ? 'narrow' : 'wide',
    });
    answer.textContent = view.answer;
    warnings.replaceChildren(...view.warnings.map(item));
    warnings.hidden = view.warnings.length === 0;
    numbers.replaceChildren(tableElement(view.table));
    letKeysScroll();
    void draw(figure, view.figure);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'InputError') {
      throw error;
    }
    sentences.push(error.message);
  }
  problem.textContent = sentences.join(' ');
  problem.hidden = sentences.length === 0;
  for (const field of FIELDS) {
    const wrong = sentences.some((sentence) => new RegExp(`^${field}\\b`).test(sentence));
    control(field).setAttribute('aria-invalid', String(wrong));
    control(field).setAttribute('aria-describedby', wrong ? 'problem' : '');
  }
}

/** A table that is wider than the page can be reached, and so scrolled, with the keyboard. */
function letKeysScroll(): void {
  numbers.tabIndex = numbers.scrollWidth > numbers.clientWidth ? 0 : -1;
}

function readForm(): State {
  return Object.fromEntries(FIELDS.map((field) => [field, control(field).value])) as unknown as State;
}

function writeForm(state: State): void {
  for (const field of FIELDS) {
    control(field).value = state[field];
  }
}

function fillChoices(): void {
  for (const field of ['key_dtype', 'value_dtype'] as const) {
    control(field).replaceChildren(
      ...CHOICES[field].map((name) => {
        const option = document.createElement('option');
        option.textContent = name;
        return option;
      }),
    );
  }
}

function control(field: Field): HTMLInputElement | HTMLSelectElement {
  const found = form.elements.namedItem(field);
  if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) {
    return found;
  }
  throw new Error(`The page has no control "${field}".`);
}

function item(text: string): HTMLLIElement {
  const line = document.createElement('li');
  line.textContent = text;
  return line;
}

function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (found instanceof type) {
    return found;
  }
  throw new Error(`The page has no element "${id}".`);
}
