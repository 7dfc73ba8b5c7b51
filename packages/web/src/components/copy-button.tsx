import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

/** Copies a text and says so. */
export function CopyButton(props: { readonly label: string; readonly textOf: () => string }): JSX.Element {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.textOf());
      setSaid('Copied');
    } catch {
      setSaid('The browser does not let this page copy; select the text instead.');
    }
    setTimeout(() => setSaid(''), 3000);
  };
  return (
    <>
      <button type="button" onClick={copy}>
        {props.label}
      </button>
      <span class="said" role="status">
        {said}
      </span>
    </>
  );
}
