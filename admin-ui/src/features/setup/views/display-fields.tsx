// The fields that a view's display stands by: the groups of a table, the columns of a board and what it weighs amounts by, the
// days of a calendar or a timeline, which keeps where its bars begin as what it is sorted by first.
import { dayFields, GROUPS, sortsAsStart, weightField, weightFields } from "@/catalog/displays";
import type { FieldDef, ListViewDef, ObjectDef } from "@/catalog/types";
import { FieldFrame } from "@/components/field-frame";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";

interface Chosen {
  group_by: string | undefined;
  sort: string[];
}

interface DisplayFieldsProps {
  object: ObjectDef;
  view: Omit<ListViewDef, "name">;
  error: string | undefined;
  onChange: (chosen: Chosen) => void;
}

export function DisplayFields({ object, view, error, onChange }: DisplayFieldsProps) {
  const display = view.display ?? "table";
  const days = display === "calendar" || display === "timeline";
  const sort = view.sort ?? [];
  const start = sortsAsStart(object, sort) ? sort[0] : undefined;
  const grouping = days ? dayFields(object) : GROUPS[display](object);
  const rest = start ? sort.slice(1) : sort;
  return (
    <>
      <One
        label={display === "timeline" ? t("Bars end with") : days ? t("The day") : t("Grouped by")}
        nothing={days ? t("As the names of fields tell") : t("Nothing")}
        fields={grouping}
        value={view.group_by}
        error={error}
        onChange={(group_by) => onChange({ group_by, sort })}
      />
      {display === "timeline" && (
        <One
          label={t("Bars begin with")}
          nothing={view.group_by ? t("The same day") : t("As the names of fields tell")}
          fields={grouping.filter((field) => field.name !== view.group_by)}
          value={start}
          onChange={(next) => onChange({ group_by: view.group_by, sort: next ? [next, ...rest] : rest })}
        />
      )}
    </>
  );
}

/** What a board weighs its amounts by. */
export function WeightField({ object, value, onChange }: WeightFieldProps) {
  const chosen = value && value !== "none" ? weightField(object, value) : undefined;
  const fields = [...new Set([...weightFields(object), ...(chosen ? [chosen] : [])])];
  if (fields.length === 0) return null;
  const choices = fields.map((field) => ({ id: field.name, label: field.label }));
  return (
    <FieldFrame label={t("Amounts weighted by")}>
      {(ids) => (
        <Select
          id={ids.id}
          label={t("Amounts weighted by")}
          placeholder={t("As the names of fields tell")}
          clearable
          choices={[{ id: "none", label: t("Not weighted") }, ...choices]}
          value={value ? [value] : []}
          onChange={(next) => onChange(next[0])}
        />
      )}
    </FieldFrame>
  );
}

interface WeightFieldProps {
  object: ObjectDef;
  /** The name of a field, "none", or nothing said. */
  value: string | undefined;
  onChange: (name: string | undefined) => void;
}

interface OneProps {
  label: string;
  nothing: string;
  fields: FieldDef[];
  value: string | undefined;
  error?: string | undefined;
  onChange: (name: string | undefined) => void;
}

function One({ label, nothing, fields, value, error, onChange }: OneProps) {
  return (
    <FieldFrame label={label} error={error}>
      {(ids) => (
        <Select
          id={ids.id}
          label={label}
          placeholder={nothing}
          clearable
          choices={fields.map((field) => ({ id: field.name, label: field.label }))}
          value={value ? [value] : []}
          onChange={(next) => onChange(next[0])}
          invalid={ids.invalid}
        />
      )}
    </FieldFrame>
  );
}
