// Adding a card by its name alone, in the column where it belongs. What needs more opens the whole form.
import { useState } from "react";
import type { GroupValue } from "@/api/groups";
import { messageOf, Problem } from "@/api/problem";
import { createRecord } from "@/api/records";
import { nameSource, ownFields } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { createIntent } from "@/lib/intents";
import { inSentence } from "@/lib/text";

interface QuickAddProps {
  object: ObjectDef;
  field: FieldDef;
  value: GroupValue;
  onClose: () => void;
}

/** Can a record of this object be made from its name and the column? */
export function nameIsEnough(object: ObjectDef, group: FieldDef): boolean {
  if (object.name_field?.compose?.length) return false;
  return ownFields(object).every(
    (f) =>
      (!f.required && f.kind !== "master_detail") ||
      f.name === group.name ||
      f.name === nameSource(object) ||
      f.default !== undefined ||
      f.kind === "autonumber",
  );
}

export function QuickAdd({ object, field, value, onClose }: QuickAddProps) {
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const key = nameSource(object) ?? "name";

  async function add() {
    const typed = name.trim();
    if (!typed || busy) return;
    setBusy(true);
    try {
      await createRecord(object, { [key]: typed, [field.name]: value });
      setName("");
    } catch (error) {
      if (error instanceof Problem && error.status === 422) {
        onClose();
        createIntent.set({ object: object.name, preset: { [key]: typed, [field.name]: value } });
      } else toastError(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      className="mb-2 rounded-control border border-accent bg-surface px-3 py-2 shadow-card"
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
