// Adding a record by its name alone, where it belongs: in a column, in a related list. What needs more opens the form.
import { useState } from "react";
import { messageOf, Problem } from "@/api/problem";
import { createRecord } from "@/api/records";
import { nameSource } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { toastError } from "@/components/toast";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { createIntent } from "@/lib/intents";
import { inSentence } from "@/lib/text";
import { kindOf } from "./registry";

interface QuickAddProps {
  object: ObjectDef;
  /** What the place says about the record, by field name, in the form that inputs take. */
  preset: Record<string, unknown>;
  onClose: () => void;
  className?: string;
}

export function QuickAdd({ object, preset, onClose, className }: QuickAddProps) {
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const key = nameSource(object) ?? "name";

  async function add() {
    const typed = name.trim();
    if (!typed || busy) return;
    setBusy(true);
    const body: Record<string, unknown> = { [key]: typed };
    for (const field of object.fields)
      if (field.name in preset) Object.assign(body, kindOf(field).patch(preset[field.name], field));
    try {
      await createRecord(object, body);
      setName("");
    } catch (error) {
      if (error instanceof Problem && error.status === 422) {
        onClose();
        createIntent.set({ object: object.name, preset: { ...preset, [key]: typed } });
      } else toastError(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      className={cx("rounded-control border border-accent bg-surface px-3 py-2 shadow-card", className)}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget) && !name.trim()) onClose();
      }}
    >
      <input
        autoFocus
        aria-label={t("Name of the new {object}", { object: inSentence(object.label) })}
        placeholder={object.name_field?.label ?? t("Name")}
        autoComplete="off"
        value={name}
        className="h-6 w-full bg-transparent font-medium outline-none"
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Escape") onClose();
        }}
      />
      <p className="text-text-3 text-xs">{t("Enter adds it, Esc closes")}</p>
    </form>
  );
}
