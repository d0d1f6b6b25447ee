// A link to one record of any of several objects.
import { Shapes } from "lucide-react";
import { useState } from "react";
import type { RecordData } from "@/api/record-store";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import type { FieldDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { Select } from "@/components/select";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { type DisplayProps, defineKind, type InputProps } from "../kind";
import { emptiness } from "../operators";
import { isRef, RecordSelect, type Ref, RefDisplay } from "../relation";

function read(record: RecordData, field: FieldDef): Ref | null {
  const id = record[`${field.name}_id`] as string | null | undefined;
  const object = record[`${field.name}_object`] as string | null | undefined;
  if (!id || !object) return null;
  const nested = record[field.name] as { id?: string; name?: string } | null | undefined;
  return { id, object, name: nested && (nested.id === undefined || nested.id === id) ? nested.name : undefined };
}

const write = (value: unknown, field: FieldDef) => ({
  [`${field.name}_object`]: isRef(value) ? (value.object ?? null) : null,
  [`${field.name}_id`]: isRef(value) ? value.id : null,
});

function AnyLookupDisplay({ value, compact }: DisplayProps) {
  return isRef(value) && value.object ? (
    <RefDisplay target={{ ...value, object: value.object }} compact={compact} />
  ) : null;
}

function AnyLookupInput({ field, value, onChange, onDone, ...rest }: InputProps) {
  const catalog = useCatalog();
  const ref = isRef(value) ? value : null;
  const to = Array.isArray(field.to) ? field.to : field.to ? [field.to] : ["*"];
  const targets = catalog.navigation.filter((o) => to.includes("*") || to.includes(o.name));
  const [object, setObject] = useState(ref?.object ?? targets[0]?.name);
  return (
    <span className="flex gap-1.5">
      <Select
        className="w-36 shrink-0"
        label={t("{label}: kind of record", { label: field.label })}
        choices={targets.map((o) => ({
          id: o.name,
          label: o.label,
          icon: <Glyph icon={objectIcon(o)} hue={objectHue(o.name)} size={18} />,
        }))}
        value={object ? [object] : []}
        onChange={(next) => {
          setObject(next[0]);
          if (ref && ref.object !== next[0]) onChange(null);
        }}
      />
      <RecordSelect
        {...rest}
        className="flex-1"
        object={catalog.object(object)}
        label={field.label}
        clearable={!field.required}
        value={ref && ref.object === object ? [ref] : []}
        onChange={(refs) => {
          onChange(refs[0] ? { ...refs[0], object } : null);
          onDone?.();
        }}
      />
    </span>
  );
}

export const anyLookup = defineKind({
  kind: "any_lookup",
  label: "Any lookup",
  about: "Points to a record of one of several objects.",
  group: "Relations",
  icon: Shapes,
  width: 190,
  read,
  patch: write,
  shown: (value, field) => ({
    ...write(value, field),
    [field.name]: isRef(value) ? { id: value.id, name: value.name } : null,
  }),
  paths: (field) => [`${field.name}_object`, `${field.name}_id`],
  sortPath: () => null,
  filterPath: (field) => `${field.name}_id`,
  text: (value) => (isRef(value) ? (value.name ?? value.id) : ""),
  display: AnyLookupDisplay,
  input: AnyLookupInput,
  operators: emptiness,
  settings: [
    { name: "to", label: "May point to", control: "objects", required: true, initial: ["*"] },
    {
      name: "inverse",
      label: "Name of the list on the other side",
      control: "text",
      mono: true,
      required: true,
      hint: "How the other objects call these records.",
    },
  ],
});
