// What a lookup and a master-detail relation share: one record of one other object.

import type { RecordData } from "@/api/record-store";
import { useCatalog } from "@/catalog/catalog";
import type { FieldDef } from "@/catalog/types";
import type { DisplayProps, InputProps } from "./kind";
import { isRef, RecordSelect, type Ref, RefDisplay, targetOf } from "./relation";

function read(record: RecordData, field: FieldDef): Ref | null {
  const nested = record[field.name] as { id?: string; name?: string } | null | undefined;
  const id = (record[`${field.name}_id`] as string | null | undefined) ?? nested?.id;
  if (!id) return null;
  return nested && (nested.id === undefined || nested.id === id) ? { id, name: nested.name } : { id };
}

function ToOneDisplay({ value, field, compact }: DisplayProps) {
  const object = targetOf(field);
  return isRef(value) && object ? <RefDisplay target={{ ...value, object }} compact={compact} /> : null;
}

function ToOneInput({ field, value, onChange, ...rest }: InputProps) {
  const object = useCatalog().object(targetOf(field));
  return (
    <RecordSelect
      {...rest}
      creatable={!rest.onDone}
      object={object}
      label={field.label}
      clearable={!field.required && field.kind !== "master_detail"}
      value={isRef(value) ? [value] : []}
      onChange={(refs) => onChange(refs[0] ?? null)}
    />
  );
}

const idOf = (value: unknown): string | null => (isRef(value) ? value.id : null);

export const toOne = {
  read,
  patch: (value: unknown, field: FieldDef) => ({ [`${field.name}_id`]: idOf(value) }),
  shown: (value: unknown, field: FieldDef) => ({
    [`${field.name}_id`]: idOf(value),
    [field.name]: isRef(value) ? { id: value.id, name: value.name } : null,
  }),
  paths: (field: FieldDef) => [`${field.name}_id`, `${field.name}.name`],
  sortPath: (field: FieldDef) => `${field.name}.name`,
  filterPath: (field: FieldDef) => `${field.name}_id`,
  text: (value: unknown) => (isRef(value) ? (value.name ?? value.id) : ""),
  display: ToOneDisplay,
  input: ToOneInput,
};
