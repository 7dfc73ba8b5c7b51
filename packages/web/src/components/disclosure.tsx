import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';

/** Details that are made only while they are open. */
export function Disclosure(props: {
  readonly summary: string;
  readonly children: () => ComponentChildren;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{props.summary}</summary>
      {isOpen && <div class="more">{props.children()}</div>}
    </details>
  );
}
