// Links to any number of records of another object.
import { Waypoints } from "lucide-react";
import { useCatalog } from "@/catalog/catalog";
import { type DisplayProps, defineKind, type InputProps } from "../kind";
import { toManyOperators } from "../operators";
import { isRef, RecordSelect, type Ref, RefDisplay, targetOf } from "../relation";

const asRefs = (value: unknown): Ref[] =>
  Array.isArray(value) ? value.map((v) => (isRef(v) ? v : { id: String(v) })) : [];

function ManyDisplay({ value, field, compact }: DisplayProps) {
  const object = targetOf(field);
  const refs = asRefs(value);
  if (!object || !refs.length) return null;
  return (
    <span className={compact ? "flex min-w-0 gap-2 overflow-hidden" : "flex flex-wrap gap-x-3 gap-y-1"}>
      {refs.map((ref) => (
        <RefDisplay key={ref.id} target={{ ...ref, object }} compact={compact} />
      ))}
    </span>
  );
}

function ManyInput({ field, value, onChange, autoFocus: _, ...rest }: InputProps) {
  const object = useCatalog().object(targetOf(field));
  return (
    <RecordSelect
      {...rest}
      multiple
      clearable
      object={object}
      label={field.label}
      value={asRefs(value)}
      onChange={onChange}
    />
  );
}

export const manyToMany = defineKind({
  kind: "many_to_many",
  label: "Many to many",
  about: "Links any number of records on both sides.",
  group: "Relations",
  icon: Waypoints,
  width: 220,
  patch: (value, field) => ({ [field.name]: asRefs(value).map((r) => r.id) }),
  shown: (value, field) => ({ [field.name]: asRefs(value) }),
  paths: (field) => [`${field.name}.name`],
  sortPath: () => null,
  text: (value) =>
    asRefs(value)
      .map((r) => r.name ?? r.id)
      .join(", "),
  display: ManyDisplay,
  input: ManyInput,
  operators: toManyOperators,
  settings: [
    { name: "to", label: "Links to", control: "object", required: true },
    {
      name: "inverse",
      label: "Name of the list on the other side",
      control: "text",
      mono: true,
      required: true,
      hint: "How the other object calls these records.",
    },
  ],
  common: { required: false, unique: false, default: false },
});
