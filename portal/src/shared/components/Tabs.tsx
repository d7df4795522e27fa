import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";

export interface Tab<Key extends string> {
  readonly key: Key;
  readonly text: ReactNode;
  readonly count?: number;
}

/** Tabs over one panel. Arrows go from tab to tab. */
export function Tabs<Key extends string>({
  label,
  tabs,
  active,
  onChange,
  children,
}: {
  readonly label: string;
  readonly tabs: readonly Tab<Key>[];
  readonly active: Key;
  readonly onChange: (key: Key) => void;
  /** What the active tab shows. */
  readonly children: ReactNode;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const position = tabs.findIndex((tab) => tab.key === active);
    const next = (position + step + tabs.length) % tabs.length;
    const tab = tabs[next];
    if (tab === undefined) return;
    onChange(tab.key);
    (list.current?.children[next] as HTMLElement | undefined)?.focus();
  }

  return (
    <div className="tabs">
      <div className="tabs-scroll">
        <div ref={list} className="tabs-list" role="tablist" aria-label={label}>
          {tabs.map((tab) => (
            <button
              key={tab.key}
              type="button"
              role="tab"
              id={`${id}-${tab.key}`}
              aria-controls={`${id}-panel`}
              aria-selected={tab.key === active}
              tabIndex={tab.key === active ? 0 : -1}
              className="tab"
              onKeyDown={onKeyDown}
              onClick={() => onChange(tab.key)}
            >
              {tab.text}
              {tab.count !== undefined && <span className="tab-count">{tab.count}</span>}
            </button>
          ))}
        </div>
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${active}`}>
        {children}
      </div>
    </div>
  );
}
