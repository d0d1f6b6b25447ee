// One of a few, all of them in sight: a row of choices as wide as its place. Arrows move between them.
import { type KeyboardEvent, useId } from "react";
import { cx } from "@/lib/cx";

interface SegmentsProps {
  label: string;
  value: string;
  choices: { id: string; label: string }[];
  onChange: (id: string) => void;
  className?: string;
}

export function Segments({ label, value, choices, onChange, className }: SegmentsProps) {
  const id = useId();
  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const by = /^Arrow(Right|Down)$/.test(event.key) ? 1 : /^Arrow(Left|Up)$/.test(event.key) ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const at = choices.findIndex((choice) => choice.id === value);
    const next = (at + by + choices.length) % choices.length;
    onChange(choices[next]?.id ?? value);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=radio]")[next]?.focus();
  }
  return (
    <div className={cx("flex flex-col gap-1", className)}>
      <span id={id} className="font-medium text-text-2 text-xs">
        {label}
      </span>
      <div role="radiogroup" aria-labelledby={id} className="flex gap-1" onKeyDown={onKeyDown}>
        {choices.map((choice, i) => {
          const chosen = value === choice.id;
          const first = !choices.some((c) => c.id === value) && i === 0;
          return (
            <button
              key={choice.id}
              type="button"
              role="radio"
              aria-checked={chosen}
              tabIndex={chosen || first ? 0 : -1}
              className={cx(
                "min-h-8 flex-1 rounded-control border px-2 font-medium",
                chosen ? "border-accent bg-accent-soft" : "border-line-2 hover:bg-hover",
              )}
              onClick={() => onChange(choice.id)}
            >
              {choice.label}
            </button>
          );
        })}
      </div>
    </div>
  );
}
