import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

/** One thing to choose from a list that follows what is typed. */
export interface Option {
  readonly value: string;
  readonly label: string;
  /** What is said beside the label. */
  readonly detail?: string;
}

/**
 * A text field with a list of what it may mean, after the combobox pattern of the ARIA Authoring Practices Guide 1.2
 * (list autocomplete with manual selection).
 *
 * @param value what is chosen, as the field shows it while nothing is typed.
 * @param optionsFor what a typed text may mean; an empty one is all there is.
 */
export function Combobox(props: {
  readonly label: string;
  readonly value: string;
  readonly invalid: boolean;
  readonly describedBy: string | undefined;
  readonly optionsFor: (text: string) => Promise<readonly Option[]>;
  readonly onChoose: (value: string) => void;
}): JSX.Element {
  const { label, value, optionsFor, onChoose } = props;
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState<string>();
  const [options, setOptions] = useState<readonly Option[]>([]);
  const [active, setActive] = useState(-1);
  const latest = useRef('');
  const list = useRef<HTMLDivElement>(null);

  const search = async (typed: string) => {
    latest.current = typed;
    const found = await optionsFor(typed);
    if (latest.current === typed) {
      setOptions(found);
      setActive(typed.trim() === '' ? -1 : 0);
    }
  };
  const open = (typed?: string) => {
    setOpen(true);
    setText(typed);
    void search(typed ?? '');
  };
  const close = () => {
    setOpen(false);
    setText(undefined);
    setActive(-1);
  };
  const choose = (option: Option | undefined) => {
    close();
    if (option !== undefined) {
      onChoose(option.value);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        event.preventDefault();
        if (!isOpen) {
          open();
          return;
        }
        const step = event.key === 'ArrowDown' ? 1 : -1;
        const start = active === -1 && step === -1 ? 0 : active;
        setActive(options.length === 0 ? -1 : (start + step + options.length) % options.length);
        return;
      }
      case 'Enter':
        if (isOpen) {
          event.preventDefault();
          choose(options[active]);
        }
        return;
      case 'Escape':
        if (isOpen) {
          event.preventDefault();
          close();
        }
    }
  };

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  return (
    <div class="combobox">
      <input
        type="text"
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        aria-invalid={props.invalid}
        aria-describedby={props.describedBy}
        autocomplete="off"
        spellcheck={false}
        value={text ?? value}
        placeholder="Type a model's name"
        onFocus={(event) => event.currentTarget.select()}
        onClick={() => (isOpen ? undefined : open())}
        onInput={(event) => open(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {/* Focus stays in the field, where the keys are handled: that is the pattern. */}
      <div
        id={`${id}-list`}
        class="options"
        role="listbox"
        aria-label={label}
        hidden={!isOpen}
        tabIndex={-1}
        ref={list}
      >
        {isOpen &&
          options.map((option, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the field chooses
            <div
              key={option.value}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(option)}
            >
              <span>{option.label}</span>
              {option.detail !== undefined && <small>{option.detail}</small>}
            </div>
          ))}
      </div>
    </div>
  );
}
