// Colours to begin with, for whoever has none of their own: one stop for the keyboard, arrows move between them.
import { Check } from "lucide-react";
import type { CSSProperties, KeyboardEvent } from "react";
import { t } from "@/lib/i18n";

/** The colour of the product. */
export const OWN = "#4f46e5";

const coloursOf = (): [string, string][] => [
  [OWN, t("Indigo")],
  ["#2563eb", t("Blue")],
  ["#0f766e", t("Teal")],
  ["#15803d", t("Green")],
  ["#b45309", t("Amber")],
  ["#dc2626", t("Red")],
  ["#be185d", t("Pink")],
  ["#7c3aed", t("Violet")],
  ["#475569", t("Slate")],
];

interface ColourSwatchesProps {
  value: string;
  onChange: (colour: string) => void;
}

export function ColourSwatches({ value, onChange }: ColourSwatchesProps) {
  const colours = coloursOf();
  const at = colours.findIndex(([colour]) => colour === value.toLowerCase());

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const by = /^Arrow(Right|Down)$/.test(event.key) ? 1 : /^Arrow(Left|Up)$/.test(event.key) ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const next = (Math.max(0, at) + by + colours.length) % colours.length;
    onChange(colours[next]?.[0] ?? value);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=radio]")[next]?.focus();
  }

  return (
    <div role="radiogroup" aria-label={t("Colours")} className="flex flex-wrap gap-1.5" onKeyDown={onKeyDown}>
      {colours.map(([colour, name], i) => (
        <button
          key={colour}
          type="button"
          role="radio"
          aria-checked={i === at}
          aria-label={name}
          title={name}
          tabIndex={i === Math.max(0, at) ? 0 : -1}
          data-theme="light"
          style={{ "--brand": colour } as CSSProperties}
          className="inline-flex size-7 items-center justify-center rounded-full bg-accent text-white"
          onClick={() => onChange(colour)}
        >
          {i === at && <Check size={14} strokeWidth={3} aria-hidden="true" />}
        </button>
      ))}
    </div>
  );
}
