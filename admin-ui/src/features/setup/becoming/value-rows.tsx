// Where the values of a new record come from: for each of its fields a field of the record before, or a formula about it.
import { X } from "lucide-react";
import { useState } from "react";
import { fieldOf } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Select } from "@/components/select";
import { AddField } from "@/fields/ordered-fields";
import { kindOf } from "@/fields/registry";
import { FormulaEditor } from "@/formulas/formula-editor";
import { t } from "@/lib/i18n";
import { isField, type Value } from "./conversion-draft";

interface ValueRowsProps {
  /** The record that the formulas are about. */
  from: ObjectDef;
  /** The record that is filled. */
  to: ObjectDef;
  values: [string, Value][];
  fields: FieldDef[];
  label: string;
  onChange: (values: [string, Value][]) => void;
}

const FORMULA = "=";

export function ValueRows({ from, to, values, fields, label, onChange }: ValueRowsProps) {
  // While a formula is typed it may be the name of a field for a moment, and stays a formula.
  const [formulas, setFormulas] = useState(
    () => new Set(values.filter(([, value]) => !isField(from, value)).map(([name]) => name)),
  );
  const choose = (name: string, isFormula: boolean) => {
    const next = new Set(formulas);
    if (isFormula) next.add(name);
    else next.delete(name);
    setFormulas(next);
  };
  const put = (at: number, value: Value) => onChange(values.map((row, i) => (i === at ? [row[0], value] : row)));
  const choices = [
    { id: FORMULA, label: t("A formula") },
    { id: "id", label: t("The record itself"), group: from.label },
    ...from.fields
      .filter((f) => f.name !== "id" && f.name !== "version")
      .map((f) => {
        const Icon = kindOf(f).icon;
        return { id: f.name, label: f.label, group: from.label, icon: <Icon size={14} className="text-text-3" /> };
      }),
  ];
  return (
    <div className="flex flex-col gap-1.5">
      <h4 className="font-medium text-text-2 text-xs">{label}</h4>
      {values.length > 0 && (
        <ul aria-label={label} className="divide-y divide-line rounded-control border border-line">
          {values.map(([name, value], at) => {
            const field = fieldOf(to, name);
            const title = field?.label ?? name;
            const taken = !formulas.has(name) && isField(from, value);
            return (
              <li key={name} className="flex flex-col gap-1.5 py-1.5 ps-2.5 pe-1">
                <span className="flex items-center gap-2">
                  <span className="min-w-0 flex-1 truncate">{title}</span>
                  <Select
                    className="w-44 shrink-0"
                    label={t("{field} comes from", { field: title })}
                    choices={choices}
                    value={[taken ? String(value) : FORMULA]}
                    onChange={([next = FORMULA]) => {
                      choose(name, next === FORMULA);
                      put(at, next !== FORMULA ? next : taken ? "" : value);
                    }}
                  />
                  <button
                    type="button"
                    aria-label={t("Remove {label}", { label: title })}
                    className="inline-flex size-7 items-center justify-center rounded-control text-text-3 hover:bg-hover"
                    onClick={() => onChange(values.filter((_, i) => i !== at))}
                  >
                    <X size={13} />
                  </button>
                </span>
                {!taken && (
                  <FormulaEditor
                    plain
                    object={from}
                    label={t("Formula of {field}", { field: title })}
                    value={value === null ? "" : String(value)}
                    lines={1}
                    onChange={(text) => put(at, text)}
                  />
                )}
              </li>
            );
          })}
        </ul>
      )}
      <AddField
        label={t("Add field")}
        fields={fields.filter((f) => !values.some(([name]) => name === f.name))}
        onPick={(name) => {
          const taken = from !== to && isField(from, name);
          choose(name, !taken);
          onChange([...values, [name, taken ? name : ""]]);
        }}
      />
    </div>
  );
}
