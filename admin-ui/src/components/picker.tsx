// One list to choose from, with a search line: the base of selects, lookups, field lists and the command menu.
import { Check, Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";

export interface Choice {
  id: string;
  label: string;
  /** The label as it is drawn, where more than its letters is to be seen. */
  shown?: ReactNode;
  icon?: ReactNode;
  detail?: ReactNode;
  group?: string;
  /** More words that the search finds it by. */
  words?: string;
  disabled?: boolean;
}

interface PickerListProps {
  choices: Choice[];
  onPick: (choice: Choice) => void;
  label: string;
  selected?: string[];
  placeholder?: string;
  /** Given when the choices come from elsewhere (the server); otherwise the list filters by itself. */
  onSearch?: (text: string) => void;
  busy?: boolean;
  empty?: ReactNode;
  searchable?: boolean;
  className?: string;
  footer?: ReactNode;
  roomy?: boolean;
}

function matches(choice: Choice, text: string): boolean {
  const all = `${choice.label} ${choice.words ?? ""} ${choice.group ?? ""}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

export function PickerList(props: PickerListProps) {
  const { choices, onPick, label, selected = [], onSearch, searchable = true, roomy } = props;
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const shown = useMemo(
    () => (onSearch || !text ? choices : choices.filter((c) => matches(c, text))),
    [choices, text, onSearch],
  );
  const active = Math.min(at, shown.length - 1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: opens at the chosen one, once.
  useEffect(() => {
    const i = choices.findIndex((c) => selected.includes(c.id));
    if (i > 0) setAt(i);
  }, []);

  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active, id]);

  function onKeyDown(event: KeyboardEvent) {
    const step = (by: number) => setAt(shown.length ? (active + by + shown.length) % shown.length : 0);
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "PageDown") setAt(Math.min(shown.length - 1, active + 8));
    else if (event.key === "PageUp") setAt(Math.max(0, active - 8));
    else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      const choice = shown[active];
      if (choice && !choice.disabled) onPick(choice);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div className={cx("flex min-h-0 flex-col", props.className)}>
      <div
        className={cx(
          "flex shrink-0 items-center gap-2 border-line border-b px-3 text-text-3",
          !searchable && "sr-only",
        )}
      >
        <Search size={roomy ? 16 : 14} />
        <input
          autoFocus
          data-autofocus
          role="combobox"
          aria-label={label}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={shown.length ? `${id}-${active}` : undefined}
          placeholder={props.placeholder ?? t("Search")}
          value={text}
          readOnly={!searchable}
          autoComplete="off"
          spellCheck={false}
          className={cx("w-full bg-transparent text-text outline-none", roomy ? "h-11 text-md" : "h-9 text-sm")}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
            onSearch?.(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        aria-busy={props.busy || undefined}
        className={cx("min-h-0 flex-1 overflow-y-auto overscroll-contain p-1", !roomy && "max-h-72")}
      >
        {shown.map((choice, i) => {
          const head = choice.group !== undefined && choice.group !== shown[i - 1]?.group;
          return (
            <div key={choice.id} role="presentation">
              {head && <div className="px-2 pt-2 pb-1 font-medium text-text-3 text-xs">{choice.group}</div>}
              <div
                id={`${id}-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={selected.includes(choice.id)}
                aria-disabled={choice.disabled || undefined}
                className={cx(
                  "flex select-none items-center gap-2 rounded-control px-2",
                  roomy ? "min-h-9" : "min-h-7.5",
                  i === active && "bg-press",
                  choice.disabled && "opacity-50",
                )}
                onMouseMove={() => i !== active && setAt(i)}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => !choice.disabled && onPick(choice)}
                onKeyDown={() => {}}
              >
                {choice.icon}
                <span className="min-w-0 flex-1 truncate">{choice.shown ?? choice.label}</span>
                {choice.detail && (
                  <span className="ms-2 max-w-[55%] shrink-0 truncate text-text-2 text-xs">{choice.detail}</span>
                )}
                {selected.includes(choice.id) && <Check size={14} className="text-accent-text" />}
              </div>
            </div>
          );
        })}
        {shown.length === 0 && (
          <div className="px-2 py-6 text-center text-text-3">
            {props.busy ? t("Searching") : (props.empty ?? t("Nothing matches"))}
          </div>
        )}
      </div>
      {props.footer}
    </div>
  );
}
