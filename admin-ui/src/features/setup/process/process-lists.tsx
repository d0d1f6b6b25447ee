// The states and the ways of a process as lists: what the picture shows, in words.
import { ArrowRight, Plus } from "lucide-react";
import type { Option } from "@/catalog/types";
import { Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { Checkbox } from "@/components/inputs";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { humanize, inSentence } from "@/lib/text";
import type { Chosen } from "./process-diagram";
import { addTransition, hoursOf, type Process, toggleState } from "./process-draft";

export interface ListProps {
  draft: Process;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  onChange: (next: Process) => void;
}

export function States({ draft, options, chosen, onChoose, onChange }: ListProps & { options: Option[] }) {
  const order = options.map((o) => o.value);
  return (
    <section aria-label={t("States")}>
      <h2 className="mb-1 font-semibold">{t("States")}</h2>
      <ul className="divide-y divide-line border-line border-y">
        {options.map((option) => {
          const isIn = draft.states.some((s) => s.value === option.value);
          const lit = chosen?.kind === "state" && chosen.value === option.value;
          return (
            <li key={option.value} className={cx("flex h-9 items-center gap-2.5 px-1", lit && "bg-accent-soft")}>
              <Checkbox
                aria-label={t("{label} is a state", { label: option.label })}
                checked={isIn}
                onChange={() => {
                  onChange(toggleState(draft, option.value, order));
                  if (lit) onChoose(null);
                }}
              />
              <button
                type="button"
                disabled={!isIn}
                aria-pressed={lit}
                className="flex min-w-0 flex-1 items-center gap-2 rounded-tag text-start disabled:opacity-50"
                onClick={() => onChoose(lit ? null : { kind: "state", value: option.value })}
              >
                <span className="max-w-1/2 shrink-0">
                  <Tag color={option.color}>{option.label}</Tag>
                </span>
                <span className="truncate text-text-2 text-xs">
                  {draft.states.find((s) => s.value === option.value)?.guidance}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function Ways({
  draft,
  labelOf,
  chosen,
  onChoose,
  onChange,
}: ListProps & { labelOf: (value: string) => string }) {
  const [first, second] = draft.states;
  return (
    <section aria-label={t("Ways")}>
      <h2 className="mb-1 font-semibold">{t("Ways")}</h2>
      {draft.transitions.length > 0 && (
        <ul className="mb-2 divide-y divide-line border-line border-y">
          {draft.transitions.map((way, at) => {
            const lit = chosen?.kind === "transition" && chosen.at === at;
            return (
              <li key={way.name}>
                <button
                  type="button"
                  aria-pressed={lit}
                  className={cx(
                    "flex min-h-9 w-full flex-wrap items-center gap-x-2 px-1.5 py-1 text-start hover:bg-hover",
                    lit && "bg-accent-soft",
                  )}
                  onClick={() => onChoose(lit ? null : { kind: "transition", at })}
                >
                  <span className="font-medium">{way.label || humanize(way.name)}</span>
                  {hoursOf(way) !== null && <Tag>{t("by itself")}</Tag>}
                  <span className="text-text-2 text-xs">
                    {way.from?.length ? way.from.map(labelOf).join(", ") : t("any")}
                    <ArrowRight size={11} aria-label={t("to")} className="mx-1 inline rtl:-scale-x-100" />
                    {labelOf(way.to)}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <Button
        look="outline"
        icon={<Plus size={14} />}
        disabled={!first || !second}
        onClick={() => {
          if (!first || !second) return;
          const here = chosen?.kind === "state" ? chosen.value : first.value;
          const at = draft.states.findIndex((s) => s.value === here);
          const to = (draft.states[at + 1] ?? draft.states[at - 1] ?? second).value;
          onChange(addTransition(draft, here, to, t("To {to}", { to: inSentence(labelOf(to)) })));
          onChoose({ kind: "transition", at: draft.transitions.length });
        }}
      >
        {t("Add a way")}
      </Button>
    </section>
  );
}
