// What is asked of whoever takes a way: fields, points to confirm, and why.
import { Plus, X } from "lucide-react";
import { columnFields, fieldOf, isWritable } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { AddField } from "@/fields/ordered-fields";
import { FormulaField } from "@/formulas/formula-field";
import { t } from "@/lib/i18n";
import type { DuringField, Transition } from "./process-draft";

type During = NonNullable<Transition["during"]>;

interface DuringFormProps {
  object: ObjectDef;
  during: During;
  onChange: (during: During) => void;
}

export function DuringForm({ object, during, onChange }: DuringFormProps) {
  const fields = during.fields ?? [];
  const free = columnFields(object).filter((f) => isWritable(object, f) && !fields.some((d) => d.field === f.name));
  const set = (fields: DuringField[]) => onChange({ ...during, fields });
  return (
    <>
      <div className="flex flex-col gap-1.5">
        <h3 className="font-medium text-text-2 text-xs">{t("Filled in on the way")}</h3>
        {fields.length > 0 && (
          <ul className="flex flex-col divide-y divide-line rounded-control border border-line">
            {fields.map((one, at) => (
              <AskedField
                key={one.field}
                object={object}
                asked={one}
                onChange={(next) => set(fields.map((f, i) => (i === at ? next : f)))}
                onRemove={() => set(fields.filter((_, i) => i !== at))}
              />
            ))}
          </ul>
        )}
        <AddField
          label={t("Add field")}
          fields={free}
          onPick={(field) => set([...fields, { field, required: true }])}
        />
      </div>
      <Checklist items={during.checklist ?? []} onChange={(checklist) => onChange({ ...during, checklist })} />
      <FieldFrame label={t("A note on why")}>
        {(ids) => (
          <Select
            id={ids.id}
            label={t("A note on why")}
            choices={[
              { id: "", label: t("Not asked") },
              { id: "optional", label: t("May be given") },
              { id: "required", label: t("Must be given") },
            ]}
            value={[during.note ?? ""]}
            onChange={([next]) => {
              const { note: _, ...rest } = during;
              onChange(next ? { ...rest, note: next as "optional" | "required" } : rest);
            }}
          />
        )}
      </FieldFrame>
    </>
  );
}

interface AskedFieldProps {
  object: ObjectDef;
  asked: DuringField;
  onChange: (next: DuringField) => void;
  onRemove: () => void;
}

/** A field that is filled in, and what must be true of it then. */
function AskedField({ object, asked, onChange, onRemove }: AskedFieldProps) {
  const label = fieldOf(object, asked.field)?.label ?? asked.field;
  return (
    <li className="flex flex-col gap-2 py-1 ps-2.5 pe-1">
      <div className="flex min-h-7 items-center gap-2">
        <span className="min-w-0 flex-1 truncate">{label}</span>
        <label className="flex items-center gap-1.5 text-xs">
          <Checkbox
            checked={Boolean(asked.required)}
            onChange={(e) => onChange({ ...asked, required: e.target.checked })}
          />
          {t("Required")}
        </label>
        <button
          type="button"
          aria-label={t("Remove {label}", { label })}
          className="inline-flex size-7 items-center justify-center rounded-control text-text-3 hover:bg-hover"
          onClick={onRemove}
        >
          <X size={13} />
        </button>
      </div>
      <details className="pe-1.5 pb-1 text-xs" open={asked.when ? true : undefined}>
        <summary className="cursor-pointer text-text-2">{t("What must be true of it")}</summary>
        <div className="mt-2 flex flex-col gap-2">
          <FormulaField
            plain
            object={object}
            label={t("{label} is good when", { label })}
            value={asked.when ?? ""}
            expects="boolean"
            saving
            lines={1}
            placeholder={t("always")}
            onChange={(when) => onChange({ ...asked, when })}
          />
          {asked.when?.trim() && (
            <FieldFrame label={t("Told when it is not")}>
              {(ids) => (
                <TextInput
                  id={ids.id}
                  maxLength={500}
                  value={asked.message ?? ""}
                  onChange={(e) => onChange({ ...asked, message: e.target.value })}
                />
              )}
            </FieldFrame>
          )}
        </div>
      </details>
    </li>
  );
}

/** Points in an order; what is empty is not written. */
function Checklist({ items, onChange }: { items: string[]; onChange: (items: string[]) => void }) {
  return (
    <div role="group" aria-label={t("Confirmed on the way")} className="flex flex-col gap-1.5">
      <h3 className="font-medium text-text-2 text-xs">{t("Confirmed on the way")}</h3>
      {items.map((item, at) => (
        <div key={at} className="flex items-center gap-1">
          <TextInput
            aria-label={t("Point {n}", { n: at + 1 })}
            maxLength={200}
            value={item}
            onChange={(e) => onChange(items.map((one, i) => (i === at ? e.target.value : one)))}
          />
          <button
            type="button"
            aria-label={t("Remove {label}", { label: item || t("Point {n}", { n: at + 1 }) })}
            className="inline-flex size-7 shrink-0 items-center justify-center rounded-control text-text-3 hover:bg-hover"
            onClick={() => onChange(items.filter((_, i) => i !== at))}
          >
            <X size={13} />
          </button>
        </div>
      ))}
      <Button
        look="outline"
        className="self-start"
        icon={<Plus size={14} />}
        disabled={items.some((item) => !item.trim())}
        onClick={() => onChange([...items, ""])}
      >
        {t("Add a point")}
      </Button>
    </div>
  );
}
