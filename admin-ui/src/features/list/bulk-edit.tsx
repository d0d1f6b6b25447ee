// Setting one field of all selected records, with the way back while the old values are known.
import { useState } from "react";
import { changeRecords, warnedApart } from "@/api/bulk";
import { messageOf } from "@/api/problem";
import { recordStore } from "@/api/record-store";
import { columnFields, isWritable } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { Select } from "@/components/select";
import { toast, toastError } from "@/components/toast";
import { Warned } from "@/components/warned";
import { FormField } from "@/fields/form-field";
import { checkValue, kindOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { count, inSentence } from "@/lib/text";

interface BulkEditProps {
  object: ObjectDef;
  ids: string[];
  /** The field to begin with; without it people choose. */
  field?: FieldDef | undefined;
  onClose: () => void;
  onDone: () => void;
}

export const editableFields = (object: ObjectDef): FieldDef[] =>
  columnFields(object).filter((f) => isWritable(object, f) && !f.unique && f.name !== "name");

/** Puts the values from before back; what rules warn about then is put to whoever asked for it. */
export async function undoChanges(
  object: ObjectDef,
  ids: string[],
  patch: (id: string) => Record<string, unknown>,
  confirmed = false,
): Promise<void> {
  const failed = await changeRecords(object, ids, patch, undefined, confirmed);
  const { ids: warned, texts, rest } = warnedApart(failed);
  if (warned.length)
    toast(texts.join(" "), {
      action: { label: t("Save anyway"), run: () => undoChanges(object, warned, patch, true) },
    });
  if (rest.length) toastError(couldNot(object, rest));
}

const words = (object: ObjectDef, n: number) => count(n, inSentence(object.label), inSentence(object.plural_label));

const couldNot = (object: ObjectDef, reasons: unknown[]) =>
  `${t("{records} could not be changed.", { records: words(object, reasons.length) })} ${messageOf(reasons[0])}`;

export function BulkEdit({ object, ids, field: first, onClose, onDone }: BulkEditProps) {
  const fields = editableFields(object);
  const [field, setField] = useState(first);
  const [value, setValue] = useState<unknown>(null);
  const [error, setError] = useState<string>();
  const [done, setDone] = useState<number | null>(null);
  /** Who still waits for a yes, and what rules warn about there. */
  const [warned, setWarned] = useState<{ ids: string[]; texts: string[] } | null>(null);
  const change = t("Change {records}", { records: words(object, ids.length) });

  /** Forgets what was said of the value before. */
  function clear() {
    setError(undefined);
    setWarned(null);
  }

  async function save(asked = ids, confirmed = false) {
    if (!field || done !== null) return;
    const wrong = checkValue(value, field);
    if (wrong) {
      setError(wrong);
      return;
    }
    const kind = kindOf(field);
    const before = new Map(
      asked.flatMap((id) => {
        const record = recordStore.find(object.name, id);
        const known = record && kind.paths(field).some((path) => (path.split(".")[0] ?? path) in record);
        return known ? [[id, kind.read(record, field)] as const] : [];
      }),
    );
    setDone(0);
    const failed = await changeRecords(object, asked, () => kind.patch(value, field), setDone, confirmed);
    const waiting = warnedApart(failed);
    const changed = asked.filter((id) => !failed.has(id));
    const undo = {
      label: t("Undo"),
      undo: true,
      run: () => undoChanges(object, changed, (id) => kind.patch(before.get(id), field)),
    };
    if (changed.length)
      toast(
        t("Changed {field} of {records}", { field: field.label, records: words(object, changed.length) }),
        before.size === asked.length ? { action: undo } : {},
      );
    if (waiting.rest.length) toastError(couldNot(object, waiting.rest));
    if (!waiting.ids.length) return onDone();
    setDone(null);
    setWarned(waiting);
  }

  return (
    <Dialog
      title={change}
      width="440px"
      onClose={onClose}
      onSubmit={() => save(warned?.ids)}
      footer={
        <>
          {done !== null && ids.length > 50 && (
            <progress className="me-auto h-1.5 w-32" max={ids.length} value={done} aria-label={t("Progress")} />
          )}
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={done !== null} disabled={!field}>
            {change}
          </Button>
        </>
      }
    >
      <div className="flex min-h-36 flex-col gap-4">
        {warned && (
          <Warned
            texts={[...warned.texts, t("{records} wait for this.", { records: words(object, warned.ids.length) })]}
            busy={done !== null}
            onConfirm={() => void save(warned.ids, true)}
          />
        )}
        {!first && (
          <FieldFrame label={t("Field")}>
            {({ id }) => (
              <Select
                id={id}
                label={t("Field")}
                placeholder={t("Choose a field")}
                value={field ? [field.name] : []}
                choices={fields.map((f) => {
                  const Icon = kindOf(f).icon;
                  return { id: f.name, label: f.label, icon: <Icon size={14} className="text-text-3" /> };
                })}
                onChange={([name]) => {
                  setField(fields.find((f) => f.name === name));
                  setValue(null);
                  clear();
                }}
              />
            )}
          </FieldFrame>
        )}
        {field && (
          <FormField
            key={field.name}
            field={field}
            value={value}
            error={error}
            onChange={(next) => {
              setValue(next);
              clear();
            }}
          />
        )}
      </div>
    </Dialog>
  );
}
