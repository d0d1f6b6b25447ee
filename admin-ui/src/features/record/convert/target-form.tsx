// One record that comes out of a conversion: a new one with its values, one that is there already, or none.
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { ConversionTarget } from "@/api/conversions";
import { objectIcon } from "@/catalog/icons";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Segments } from "@/components/segments";
import { errorOf, FormField } from "@/fields/form-field";
import { kindOf } from "@/fields/registry";
import { RecordSelect } from "@/fields/relation";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import type { How, TargetDraft } from "./convert-draft";

interface TargetFormProps {
  object: ObjectDef;
  target: ConversionTarget;
  fields: { first: FieldDef[]; more: FieldDef[] };
  draft: TargetDraft;
  errors: Record<string, string>;
  onChange: (draft: TargetDraft, field?: string) => void;
}

export function TargetForm({ object, target, fields, draft, errors, onChange }: TargetFormProps) {
  const label = inSentence(target.label);
  const choices: { id: How; label: string }[] = [
    ...(target.may_create ? [{ id: "new" as const, label: t("New {object}", { object: label }) }] : []),
    { id: "existing", label: t("One that is there") },
    ...(target.optional ? [{ id: "none" as const, label: t("None") }] : []),
  ];
  const known = [...fields.first, ...fields.more].flatMap((f) => [f.name, ...Object.keys(kindOf(f).patch(null, f))]);
  const general = Object.entries(errors).filter(([key]) => !known.includes(key));
  return (
    <section aria-label={target.label} className="border-line border-b pb-5 last:border-b-0 last:pb-0">
      <h3 className="mb-2.5 flex items-center gap-2 font-semibold text-base">
        <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={22} />
        {target.label}
      </h3>
      <Segments
        label={t("Make of it")}
        value={draft.how}
        choices={choices}
        onChange={(how) => onChange({ ...draft, how: how as How })}
        className="mb-3.5"
      />
      {general.length > 0 && draft.how !== "existing" && (
        <p role="alert" className="mb-3 text-red text-xs">
          {general.map(([, text]) => text).join(" ")}
        </p>
      )}
      {draft.how === "new" && <NewRecord {...{ object, target, fields, draft, errors, onChange }} />}
      {draft.how === "existing" && (
        <FieldFrame label={target.label} required error={general.map(([, text]) => text).join(" ") || undefined}>
          {({ id, describedBy, invalid }) => (
            <RecordSelect
              id={id}
              describedBy={describedBy}
              invalid={invalid}
              object={object}
              label={target.label}
              value={draft.existing ? [draft.existing] : []}
              onChange={(refs) => onChange({ ...draft, existing: refs[0] ?? null }, "")}
            />
          )}
        </FieldFrame>
      )}
    </section>
  );
}

function NewRecord({ object, target, fields, draft, errors, onChange }: TargetFormProps) {
  const [open, setOpen] = useState(false);
  const wrong = fields.more.some((field) => errorOf(errors, field));
  const shown = open || wrong;
  const form = (field: FieldDef) => (
    <FormField
      key={field.name}
      field={field}
      value={draft.values[field.name]}
      error={errorOf(errors, field)}
      onChange={(value) => onChange({ ...draft, values: { ...draft.values, [field.name]: value } }, field.name)}
    />
  );
  return (
    <div className="flex flex-col gap-3.5">
      {target.matches.length > 0 && (
        <div className="rounded-control border border-line bg-sunken px-3 py-2.5">
          <p className="font-medium">{t("There may be this {object} already", { object: inSentence(target.label) })}</p>
          <ul className="mt-1.5 flex flex-col gap-1.5">
            {target.matches.map((match) => (
              <li key={match.id} className="flex items-center gap-2">
                <span className="min-w-0 flex-1">
                  <span className="block truncate">{match.name || t("Unnamed")}</span>
                  <span className="block truncate text-text-2 text-xs">
                    {t("same {field}", { field: match.on.map((name) => labelOf(object, name)).join(", ") })}
                  </span>
                </span>
                <Button
                  look="outline"
                  aria-label={t("Take it: {name}", { name: match.name || t("Unnamed") })}
                  onClick={() =>
                    onChange({ ...draft, how: "existing", existing: { id: match.id, name: match.name ?? "" } }, "")
                  }
                >
                  {t("Take it")}
                </Button>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="grid gap-x-4 gap-y-3.5 phone:grid-cols-2">{fields.first.map(form)}</div>
      {fields.more.length > 0 && (
        <button
          type="button"
          aria-expanded={shown}
          className="-mx-1 flex h-7 items-center gap-1 self-start rounded-control px-1 font-medium text-text-2 hover:bg-hover hover:text-text"
          onClick={() => setOpen(!open)}
        >
          <ChevronRight size={14} className={cx("transition-transform", shown && "rotate-90")} />
          {shown ? t("Fewer fields") : t("{n} more fields", { n: fields.more.length })}
        </button>
      )}
      {shown && <div className="grid gap-x-4 gap-y-3.5 phone:grid-cols-2">{fields.more.map(form)}</div>}
    </div>
  );
}

const labelOf = (object: ObjectDef, name: string): string =>
  object.fields.find((field) => field.name === name)?.label ?? name;
