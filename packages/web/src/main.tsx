import '@fontsource/open-sans/latin-400.css';
import './style.css';
import { render } from 'preact';
import { App } from './app.js';
import { keepOffline } from './offline.js';

const root = document.getElementById('app');
if (root === null) {
  throw new Error('The page has no element "app".');
}
render(<App />, root);
keepOffline();
