import type { JSX } from 'preact';
import { LIBRARY } from '../library/library.js';
import { isLocal, type State } from '../state/state.js';
import { commandOf } from '../view/command.js';
import { CopyButton } from './copy-button.js';

/** The link to what is shown, and the command that prints it. */
export function ShareFields(props: { readonly state: State; readonly linkOf: () => string }): JSX.Element {
  const { state, linkOf } = props;
  const command = commandOf(state, LIBRARY);
  return (
    <fieldset>
      <legend>Share</legend>
      <div class="buttons">
        <CopyButton label="Copy link" textOf={linkOf} />
        <CopyButton label="Copy command" textOf={() => command} />
      </div>
      <pre class="command">{command}</pre>
      {state.rows.some(isLocal) && <p class="hint">The link leaves out files that were dropped here.</p>}
    </fieldset>
  );
}
