// Asks for what a change still needs: the fields that the server refused, with the change itself, in one save.
import { useState } from "react";
import { problemsByField } from "@/api/problem";
import { recordStore } from "@/api/record-store";
import { updateRecord } from "@/api/records";
import { useCatalog } from "@/catalog/catalog";
import { fieldOf } from "@/catalog/fields";
import type { FieldDef } from "@/catalog/types";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { errorOf, FormField } from "@/fields/form-field";
import { keyed, liveField } from "@/fields/live";
import { checkValue, kindOf } from "@/fields/registry";
import type { Needed } from "@/fields/save";
import { t } from "@/lib/i18n";

export function NeededDialog({ needed, onClose }: { needed: Needed; onClose: () => void }) {
  const { object, id, field } = needed;
  const record = recordStore.find(object.name, id) ?? { id };
  const [errors, setErrors] = useState(() => problemsByField(needed.problem));
  const [asked] = useState(() =>
    Object.keys(errors).flatMap((name) => {
      const found = fieldOf(object, name);
      return found && found.name !== field.name ? [{ ...found, required: true }] : [];
    }),
  );
  const [draft, setDraft] = useState<Record<string, unknown>>(() =>
    Object.fromEntries(asked.map((f) => [f.name, kindOf(f).read(record, f)])),
  );
  const [busy, setBusy] = useState(false);
  const known = (name: string) => asked.some((f) => errorOf({ [name]: "x" }, f));
  const general = Object.entries(errors).filter(([name]) => !known(name));
  const catalog = useCatalog();
  const now = { ...record, ...kindOf(field).patch(needed.value, field), ...keyed(asked, draft) };
  const target = kindOf(field).text(needed.value, field);

  async function save() {
    const wrong: Record<string, string> = {};
    for (const f of asked) {
      const problem = checkValue(draft[f.name], f);
      if (problem) wrong[f.name] = problem;
    }
    if (Object.keys(wrong).length) {
      setErrors(wrong);
      return;
    }
    setBusy(true);
    const parts: [FieldDef, unknown][] = [
      [field, needed.value],
      ...asked.map((f): [FieldDef, unknown] => [f, draft[f.name]]),
    ];
    try {
      await updateRecord(
        object,
        id,
        Object.assign({}, ...parts.map(([f, value]) => kindOf(f).patch(value, f))),
        Object.assign({}, ...parts.map(([f, value]) => kindOf(f).shown(value, f))),
      );
      onClose();
      needed.done();
    } catch (error) {
      setBusy(false);
      setErrors(problemsByField(error));
    }
  }

  return (
    <Dialog
      title={t("Before {name} goes to {target}", { name: String(record.name ?? object.label), target })}
      width="460px"
      onClose={onClose}
      {...(asked.length ? { onSubmit: save } : {})}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {asked.length ? t("Cancel") : t("Close")}
          </Button>
          {asked.length > 0 && (
            <Button look="solid" size="md" type="submit" busy={busy}>
              {t("Save and move")}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {general.length > 0 && (
          <Notice title={t("This move was refused.")}>{general.map(([, text]) => text).join(" ")}</Notice>
        )}
        {asked.map((f, i) => (
          <FormField
            key={f.name}
            field={liveField(catalog, object, f, now, { shown: true, required: true, readOnly: false })}
            value={draft[f.name]}
            error={errorOf(errors, f)}
            autoFocus={i === 0}
            onChange={(value) => {
              setDraft((d) => ({ ...d, [f.name]: value }));
              setErrors(({ [f.name]: _, ...rest }) => rest);
            }}
          />
        ))}
      </div>
    </Dialog>
  );
}
