// Setting one field of all selected records, with the way back while the old values are known.
import { useState } from "react";
import { changeRecords } from "@/api/bulk";
import { messageOf } from "@/api/problem";
import { recordStore } from "@/api/record-store";
import { columnFields, isWritable } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { Select } from "@/components/select";
import { toast, toastError } from "@/components/toast";
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

export function BulkEdit({ object, ids, field: first, onClose, onDone }: BulkEditProps) {
  const fields = editableFields(object);
  const [field, setField] = useState(first);
  const [value, setValue] = useState<unknown>(null);
  const [error, setError] = useState<string>();
  const [done, setDone] = useState<number | null>(null);
  const words = (n: number) => count(n, inSentence(object.label), inSentence(object.plural_label));

  async function save() {
    if (!field || done !== null) return;
    const wrong = checkValue(value, field);
    if (wrong) {
      setError(wrong);
      return;
    }
    const kind = kindOf(field);
    const before = new Map(
      ids.flatMap((id) => {
        const record = recordStore.find(object.name, id);
        const known = record && kind.paths(field).some((path) => (path.split(".")[0] ?? path) in record);
        return known ? [[id, kind.read(record, field)] as const] : [];
      }),
    );
    setDone(0);
    const failed = await changeRecords(object, ids, () => kind.patch(value, field), setDone);
    onDone();
    const changed = ids.filter((id) => !failed.has(id));
    const undo = {
      label: t("Undo"),
      undo: true,
      run: () => changeRecords(object, changed, (id) => kind.patch(before.get(id), field)),
    };
    if (changed.length)
      toast(
        t("Changed {field} of {records}", { field: field.label, records: words(changed.length) }),
        before.size === ids.length ? { action: undo } : {},
      );
    if (failed.size)
      toastError(
        `${t("{records} could not be changed.", { records: words(failed.size) })} ${messageOf([...failed.values()][0])}`,
      );
  }

  return (
    <Dialog
      title={t("Change {records}", { records: words(ids.length) })}
      width="440px"
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          {done !== null && ids.length > 50 && (
            <progress className="me-auto h-1.5 w-32" max={ids.length} value={done} aria-label={t("Progress")} />
          )}
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={done !== null} disabled={!field}>
            {t("Change {records}", { records: words(ids.length) })}
          </Button>
        </>
      }
    >
      <div className="flex min-h-36 flex-col gap-4">
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
                  setError(undefined);
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
              setError(undefined);
            }}
          />
        )}
      </div>
    </Dialog>
  );
}
