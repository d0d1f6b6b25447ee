// Which options are offered for each value of another field of the same record.
import { useCatalog } from "@/catalog/catalog";
import type { FieldDef, ObjectDef, Option } from "@/catalog/types";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";

export interface Dependence {
  field: string;
  matrix: Record<string, string[]>;
}

/** Values that the other field may have: its options, or yes and no. */
export function valuesOf(field: FieldDef, options: Option[]): { value: string; label: string }[] {
  if (field.kind === "boolean")
    return [
      { value: "true", label: t("Yes") },
      { value: "false", label: t("No") },
    ];
  return options.map((o) => ({ value: o.value, label: o.label || o.value }));
}

/** The matrix with the options of one value; a value of which nothing is offered is left out. */
export function offer(dependence: Dependence, value: string, options: string[]): Dependence {
  const { [value]: _, ...rest } = dependence.matrix;
  return { ...dependence, matrix: options.length ? { ...rest, [value]: options } : rest };
}

interface DependentOptionsProps {
  object: ObjectDef;
  /** The name of the field whose options these are; none of a new one. */
  own: string | undefined;
  options: Option[];
  value: Dependence | undefined;
  id?: string | undefined;
  onChange: (next: Dependence | undefined) => void;
}

export function DependentOptions({ object, own, options, value, id, onChange }: DependentOptionsProps) {
  const catalog = useCatalog();
  const others = object.fields.filter((f) => ["picklist", "boolean"].includes(f.kind) && f.name !== own);
  const other = others.find((f) => f.name === value?.field);
  const shared = catalog.optionSets.find((s) => s.name === other?.option_set)?.options;
  const values = other ? valuesOf(other, other.options ?? shared ?? []) : [];
  const choices = options.filter((o) => o.value).map((o) => ({ id: o.value, label: o.label || o.value }));
  return (
    <div className="flex flex-col gap-2">
      <Select
        id={id}
        label={t("Offered by the value of")}
        clearable
        placeholder={t("All options are always offered")}
        choices={others.map((f) => ({ id: f.name, label: f.label }))}
        value={value?.field ? [value.field] : []}
        onChange={([field]) => onChange(field ? { field, matrix: {} } : undefined)}
      />
      {value && other && (
        <ul
          aria-label={t("Options for each value")}
          className="flex flex-col divide-y divide-line rounded-control border border-line"
        >
          {values.map((one) => (
            <li key={one.value} className="grid grid-cols-[minmax(0,1fr)_minmax(0,2fr)] items-center gap-2 px-2 py-1">
              <span className="truncate">{one.label}</span>
              <Select
                multiple
                label={t("Offered for {label}", { label: one.label })}
                placeholder={t("None")}
                choices={choices}
                value={value.matrix[one.value] ?? []}
                onChange={(next) => onChange(offer(value, one.value, next))}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
