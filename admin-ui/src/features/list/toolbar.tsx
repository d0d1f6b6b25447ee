// The two bars above a list: what it is and how many, then its views, search, filters and columns.
import { Plus, Search, User, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { mayCreate } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { Button } from "@/components/button";
import { Kbd } from "@/components/kbd";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { createIntent } from "@/lib/intents";
import { counted, inSentence } from "@/lib/text";
import { useDebounced } from "@/lib/use-debounced";
import { usePhone } from "@/lib/use-media";
import { type ListState, viewSlug } from "./list-state";

interface TitleBarProps {
  object: ObjectDef;
  total: number | undefined;
  text: string;
  onText: (text: string) => void;
}

export function TitleBar({ object, total, text, onText }: TitleBarProps) {
  return (
    <header className="flex h-11 shrink-0 items-center gap-2.5 border-line border-b ps-4 pe-3">
      <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={22} />
      <h1 className="shrink-0 truncate font-semibold text-base">{object.plural_label}</h1>
      {total !== undefined && <span className="num text-text-3 text-xs">{counted(total)}</span>}
      <span className="flex-1" />
      <SearchBox object={object} text={text} onChange={onText} />
      {mayCreate(object) && (
        <span className="hidden phone:inline-flex">
          <Button look="solid" icon={<Plus size={14} />} onClick={() => createIntent.set({ object: object.name })}>
            {t("New {object}", { object: inSentence(object.label) })}
          </Button>
        </span>
      )}
    </header>
  );
}

export function ViewTabs({ state, onView }: { state: ListState; onView: (slug: string | undefined) => void }) {
  const strip = useRef<HTMLDivElement>(null);
  const shown = state.view?.name;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view is another tab to see.
  useEffect(() => {
    strip.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ inline: "nearest", block: "nearest" });
  }, [shown]);
  if (state.views.length === 0) return <span className="flex-1 px-1 text-text-2">{t("All records")}</span>;
  return (
    <div
      ref={strip}
      role="tablist"
      aria-label={t("Views")}
      className="-mb-px flex min-w-0 flex-1 gap-0.5 self-stretch overflow-x-auto pe-5 [mask-image:linear-gradient(to_right,black_calc(100%-20px),transparent)] [scrollbar-width:none] rtl:[mask-image:linear-gradient(to_left,black_calc(100%-20px),transparent)]"
    >
      {state.views.map((view) => {
        const on = view.name === state.view?.name;
        return (
          <button
            key={view.name}
            type="button"
            role="tab"
            aria-selected={on}
            className={cx(
              "inline-flex shrink-0 items-center gap-1 border-b-2 px-2 font-medium text-sm transition-colors",
              on ? "border-accent text-text" : "border-transparent text-text-2 hover:text-text",
            )}
            onClick={() => onView(view === state.opening ? undefined : viewSlug(view))}
          >
            {view.own && <User size={12} role="img" aria-label={t("My view")} className="text-text-3" />}
            {view.label}
          </button>
        );
      })}
    </div>
  );
}

/** Searches the names while one types; `/` comes here. */
function SearchBox({ object, text, onChange }: { object: ObjectDef; text: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const settled = useDebounced(typed, 220);
  const [sent, setSent] = useState(text);
  const phone = usePhone();

  if (text !== sent) {
    setSent(text);
    setTyped(text);
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed counts.
  useEffect(() => {
    if (settled === typed && settled !== sent) {
      setSent(settled);
      onChange(settled);
    }
  }, [settled]);

  return (
    <span className="relative flex min-w-0 max-w-56 flex-1 items-center">
      <Search size={13} aria-hidden="true" className="pointer-events-none absolute start-2 text-text-3" />
      <input
        id="list-search"
        type="search"
        autoComplete="off"
        aria-label={t("Search {objects} by name", { objects: inSentence(object.plural_label) })}
        placeholder={phone ? t("Search") : t("Search by name")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            setTyped("");
            event.currentTarget.blur();
          }
        }}
        className="peer h-7 w-full rounded-control bg-hover ps-7 pe-7 text-sm outline-none transition-shadow focus:bg-surface focus:shadow-[0_0_0_1px_var(--accent)]"
      />
      {typed ? (
        <button
          type="button"
          aria-label={t("Clear search")}
          className="absolute end-0.5 inline-flex size-6 items-center justify-center rounded-tag text-text-3 hover:bg-hover"
          onClick={() => setTyped("")}
        >
          <X size={12} />
        </button>
      ) : (
        <span className="pointer-events-none absolute end-1.5 hidden peer-focus:hidden phone:inline">
          <Kbd keys={["/"]} />
        </span>
      )}
    </span>
  );
}
