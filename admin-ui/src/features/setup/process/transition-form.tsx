// A way from some states to another: who may take it, what must be true, what is filled in on the way.
import { Trash2, X } from "lucide-react";
import { columnFields, fieldOf, isWritable } from "@/catalog/fields";
import type { ObjectDef, Option } from "@/catalog/types";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { FormulaField } from "@/formulas/formula-field";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { AddField } from "../ordered-fields";
import type { DuringField, Process, Transition } from "./process-draft";

interface TransitionFormProps {
  object: ObjectDef;
  draft: Process;
  transition: Transition;
  options: Option[];
  roles: { name: string; label?: string }[];
  onChange: (patch: Partial<Transition>) => void;
  onRemove: () => void;
}

const words = (who: unknown[] | undefined): string[] => (who ?? []).filter((w): w is string => typeof w === "string");

export function TransitionForm({ object, draft, transition, options, roles, onChange, onRemove }: TransitionFormProps) {
  const states = draft.states.map((s) => ({
    id: s.value,
    label: options.find((o) => o.value === s.value)?.label ?? s.value,
  }));
  return (
    <div className="flex flex-col gap-4">
      <FieldFrame label={t("Label")} hint={t("On the button that people press.")}>
        {(ids) => (
          <TextInput
            id={ids.id}
            maxLength={80}
            aria-describedby={ids.describedBy}
            value={transition.label ?? humanize(transition.name)}
            onChange={(e) => onChange({ label: e.target.value })}
          />
        )}
      </FieldFrame>
      <div className="grid grid-cols-2 gap-3">
        <FieldFrame label={t("From")}>
          {(ids) => (
            <Select
              id={ids.id}
              multiple
              label={t("From")}
              placeholder={t("Any state")}
              choices={states.filter((s) => s.id !== transition.to)}
              value={transition.from ?? []}
              onChange={(from) => onChange({ from })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("To")}>
          {(ids) => (
            <Select
              id={ids.id}
              label={t("To")}
              choices={states}
              value={[transition.to]}
              onChange={(next) =>
                next[0] && onChange({ to: next[0], from: transition.from?.filter((s) => s !== next[0]) ?? [] })
              }
            />
          )}
        </FieldFrame>
      </div>
      <FieldFrame label={t("Who may take it")}>
        {(ids) => (
          <Select
            id={ids.id}
            multiple
            label={t("Who may take it")}
            placeholder={t("Whoever may edit the record")}
            choices={[
              { id: "owner", label: t("Its owner") },
              ...roles.map((r) => ({ id: `role:${r.name}`, label: r.label ?? humanize(r.name), group: t("Roles") })),
            ]}
            value={words(transition.who)}
            onChange={(next) =>
              onChange({ who: [...(transition.who ?? []).filter((w) => typeof w !== "string"), ...next] })
            }
          />
        )}
      </FieldFrame>
      <FormulaField
        plain
        object={object}
        label={t("Only when")}
        value={transition.before ?? ""}
        expects="boolean"
        saving
        lines={2}
        placeholder={t("always")}
        onChange={(before) => onChange({ before })}
      />
      {transition.before?.trim() && (
        <FieldFrame label={t("Told when it is not")}>
          {(ids) => (
            <TextInput
              id={ids.id}
              maxLength={500}
              value={transition.message ?? ""}
              onChange={(e) => onChange({ message: e.target.value })}
            />
          )}
        </FieldFrame>
      )}
      <During
        object={object}
        fields={transition.during?.fields ?? []}
        onChange={(fields) => onChange({ during: { ...transition.during, fields } })}
      />
      <Button look="danger-ghost" className="self-start" icon={<Trash2 size={13} />} onClick={onRemove}>
        {t("Remove this way")}
      </Button>
    </div>
  );
}

interface DuringProps {
  object: ObjectDef;
  fields: DuringField[];
  onChange: (fields: DuringField[]) => void;
}

function During({ object, fields, onChange }: DuringProps) {
  const free = columnFields(object).filter((f) => isWritable(object, f) && !fields.some((d) => d.field === f.name));
  return (
    <div className="flex flex-col gap-1.5">
      <h3 className="font-medium text-text-2 text-xs">{t("Filled in on the way")}</h3>
      {fields.length > 0 && (
        <ul className="flex flex-col divide-y divide-line rounded-control border border-line">
          {fields.map((one, at) => (
            <li key={one.field} className="flex h-8.5 items-center gap-2 ps-2.5 pe-1">
              <span className="min-w-0 flex-1 truncate">{fieldOf(object, one.field)?.label ?? one.field}</span>
              <label className="flex items-center gap-1.5 text-xs">
                <Checkbox
                  checked={Boolean(one.required)}
                  onChange={(e) =>
                    onChange(fields.map((f, i) => (i === at ? { ...f, required: e.target.checked } : f)))
                  }
                />
                {t("Required")}
              </label>
              <button
                type="button"
                aria-label={t("Remove {label}", { label: fieldOf(object, one.field)?.label ?? one.field })}
                className="inline-flex size-7 items-center justify-center rounded-control text-text-3 hover:bg-hover"
                onClick={() => onChange(fields.filter((_, i) => i !== at))}
              >
                <X size={13} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <AddField
        label={t("Add field")}
        fields={free}
        onPick={(field) => onChange([...fields, { field, required: true }])}
      />
    </div>
  );
}
