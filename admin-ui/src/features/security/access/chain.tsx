// The answer to a question of access: the verdict, and under it step by step what opens and what keeps back.
import { Link } from "@tanstack/react-router";
import { Check, Minus, ShieldCheck, ShieldX, X } from "lucide-react";
import type { Explanation } from "@/api/access";
import { chainOf, type Line, verdictOf } from "@/catalog/access-words";
import { useCatalog } from "@/catalog/catalog";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";

interface ChainProps {
  told: Explanation;
  /** What the question is about, in a sentence: the record's name, or the object's records. */
  what: string;
}

export function Chain({ told, what }: ChainProps) {
  const steps = chainOf(told, useCatalog());
  const Mark = told.allowed ? ShieldCheck : ShieldX;
  return (
    <section aria-label={t("Answer")}>
      <p
        role="status"
        className={cx(
          "flex items-start gap-2.5 rounded-control px-3.5 py-3 font-semibold text-md",
          told.allowed ? "bg-green-soft" : "bg-red-soft",
        )}
      >
        <Mark size={19} aria-hidden="true" className={cx("shrink-0", told.allowed ? "text-green" : "text-red")} />
        <span className="min-w-0 break-words">{verdictOf(told, what)}</span>
      </p>
      <ol className="mt-4 flex flex-col">
        {steps.map((step, i) => (
          <li key={step.title} className="relative flex gap-3 pb-5 last:pb-0">
            {i < steps.length - 1 && (
              <span aria-hidden="true" className="absolute start-[11px] top-7 bottom-0.5 w-px bg-line" />
            )}
            <span
              aria-hidden="true"
              className="num inline-flex size-6 shrink-0 items-center justify-center rounded-full border border-line font-medium text-text-2 text-xs"
            >
              {i + 1}
            </span>
            <div className="min-w-0 flex-1 pt-0.5">
              <h2 className="font-medium">{step.title}</h2>
              <ul className="mt-1 flex flex-col gap-1">
                {step.lines.map((line) => (
                  <Reason key={line.text} line={line} />
                ))}
              </ul>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

const MARKS = {
  opens: { icon: Check, look: "text-green", word: "opens" },
  keeps: { icon: X, look: "text-red", word: "keeps back" },
  silent: { icon: Minus, look: "text-text-3", word: "does not apply" },
} as const;

function Reason({ line }: { line: Line }) {
  const { icon: Icon, look, word } = MARKS[line.does];
  return (
    <li className="flex items-start gap-2">
      <Icon size={15} strokeWidth={2.25} role="img" aria-label={t(word)} className={cx("mt-[3px] shrink-0", look)} />
      <span className={cx("min-w-0 break-words", line.does === "silent" && "text-text-2")}>
        {line.text}
        {line.by && <Where by={line.by} />}
      </span>
    </li>
  );
}

const place =
  "ms-1.5 whitespace-nowrap text-accent-text underline decoration-accent-line underline-offset-2 hover:decoration-current";

function Where({ by }: { by: NonNullable<Line["by"]> }) {
  if (by.kind === "sharing-rules")
    return (
      <Link to="/setup/sharing" className={place}>
        {t("Rule")}
      </Link>
    );
  if (by.kind === "restriction-rules") return null;
  return (
    <Link to="/setup/access/$kind/$name" params={{ kind: by.kind, name: by.name }} className={place}>
      {by.kind === "roles" ? t("Role") : t("Permission set")}
    </Link>
  );
}
