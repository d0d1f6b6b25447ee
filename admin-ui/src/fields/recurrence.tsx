// A text that is a recurrence rule: shown in plain words, chosen in a dialog.

import { Repeat } from "lucide-react";
import { useState } from "react";
import { inputLook } from "@/components/inputs";
import { late } from "@/components/late";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import type { DisplayProps, InputProps } from "./kind";
import { ruleWords } from "./recurrence-rule";

// Lists show rules and never open one.
const Builder = late(() => import("./recurrence-builder"), "Builder", "over");

export function RecurrenceDisplay({ value, compact }: DisplayProps) {
  if (typeof value !== "string" || !value) return null;
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5" title={value}>
      <Repeat aria-hidden="true" size={13} className="shrink-0 text-text-3" />
      <span className={compact ? "truncate" : "min-w-0 [overflow-wrap:anywhere]"}>{ruleWords(value)}</span>
    </span>
  );
}

export function RecurrenceInput({ field, value, onChange, id, describedBy, invalid, onDone, autoFocus }: InputProps) {
  const [open, setOpen] = useState(Boolean(onDone));
  const rule = typeof value === "string" ? value : "";
  const words = rule ? ruleWords(rule) : t("Does not repeat");
  const close = () => {
    setOpen(false);
    onDone?.();
  };
  return (
    <>
      <button
        type="button"
        id={id}
        data-autofocus={autoFocus || undefined}
        aria-haspopup="dialog"
        aria-label={`${field.label}: ${words}`}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        className={cx(inputLook, "flex min-h-8 items-center gap-1.5 px-2.5 py-1 text-start text-sm")}
        onClick={() => setOpen(true)}
      >
        <Repeat aria-hidden="true" size={13} className="shrink-0 text-text-3" />
        <span className={cx("min-w-0 truncate", !rule && "text-text-3")}>{words}</span>
      </button>
      {open && <Builder title={field.label} rule={rule} onClose={close} onChoose={(next) => onChange(next || null)} />}
    </>
  );
}
