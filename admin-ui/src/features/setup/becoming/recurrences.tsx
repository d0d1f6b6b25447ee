// How the records of an object come again: with one that is done comes the next.
import { Plus, Repeat } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { fieldOf } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { ComponentDrawer } from "@/changes/component-drawer";
import { ComponentRow } from "@/changes/component-row";
import { cleaned, useComponents } from "@/changes/use-components";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";
import { untaken } from "@/lib/text";
import { fillable } from "./conversion-draft";

export interface RecurrenceDef {
  name: string;
  object: string;
  description?: string;
  rule: string;
  due: string;
  shift?: string[];
  status: string;
  done: string[];
  previous: string;
  leave?: string[];
  time_zone?: string;
  active?: boolean;
  package?: string | null;
}

type Draft = Omit<RecurrenceDef, "name">;

export function Recurrences({ object }: { object: ObjectDef }) {
  const query = useComponents<RecurrenceDef>("recurrences");
  const [open, setOpen] = useState<RecurrenceDef | "new" | null>(null);
  const own = (query.data ?? []).filter((one) => one.object === object.name);
  const labelOf = (name: string) => fieldOf(object, name)?.label ?? name;
  return (
    <section aria-label={t("Recurrence")} className="mb-8">
      <h2 className="mb-1 font-semibold text-base">{t("Recurrence")}</h2>
      <Loaded query={query} what={t("The recurrence")} lines={[45]}>
        {() => (
          <>
            {own.length === 0 && (
              <p className="mb-3 text-text-2">{t("With a record that is done comes the next one, by its own rule.")}</p>
            )}
            {own.length > 0 && (
              <ul className="mb-3 divide-y divide-line border-line border-y">
                {own.map((one) => (
                  <li key={one.name}>
                    <ComponentRow
                      icon={Repeat}
                      component={one}
                      title={t("{due} moves on by {rule}", { due: labelOf(one.due), rule: labelOf(one.rule) })}
                      about={`${labelOf(one.status)}: ${optionsOf(object, one.status, one.done)}`}
                      onOpen={() => setOpen(one)}
                    />
                  </li>
                ))}
              </ul>
            )}
            {own.every((one) => one.active === false) && (
              <Button look="outline" icon={<Plus size={14} />} onClick={() => setOpen("new")}>
                {t("Let records come again")}
              </Button>
            )}
          </>
        )}
      </Loaded>
      {open && (
        <RecurrenceDrawer
          object={object}
          recurrence={open === "new" ? undefined : open}
          taken={new Set(query.data?.map((one) => one.name))}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  );
}

function optionsOf(object: ObjectDef, field: string, values: string[]): string {
  const options = fieldOf(object, field)?.options ?? [];
  return values.map((value) => options.find((one) => one.value === value)?.label ?? value).join(", ");
}

interface Parts {
  rules: FieldDef[];
  dates: FieldDef[];
  statuses: FieldDef[];
  previous: FieldDef[];
}

/** The fields of an object that can take each part. */
function partsOf(object: ObjectDef): Parts {
  const own = object.fields.filter((f) => !f.standard && f.read_only !== true);
  return {
    rules: own.filter((f) => f.kind === "text" && f.format === "recurrence"),
    dates: own.filter((f) => f.kind === "date" || f.kind === "datetime"),
    statuses: own.filter((f) => f.kind === "picklist"),
    previous: own.filter((f) => f.kind === "lookup" && f.to === object.name),
  };
}

interface RecurrenceDrawerProps {
  object: ObjectDef;
  recurrence: RecurrenceDef | undefined;
  taken: Set<string>;
  onClose: () => void;
}

function RecurrenceDrawer({ object, recurrence, taken, onClose }: RecurrenceDrawerProps) {
  const parts = partsOf(object);
  const only = (fields: FieldDef[]) => (fields.length === 1 ? (fields[0]?.name ?? "") : "");
  const [draft, setDraft] = useState<Draft>(
    recurrence ?? {
      object: object.name,
      rule: only(parts.rules),
      due: only(parts.dates),
      status: only(parts.statuses),
      done: [],
      previous: only(parts.previous),
    },
  );
  const set = (patch: Partial<Draft>) => setDraft((d) => ({ ...d, ...patch }));
  const name = recurrence?.name ?? untaken(`${object.name}.repeat`, taken);
  const missing: Record<string, string> = {
    ...(draft.rule ? {} : { rule: t("Choose the field that holds the rule.") }),
    ...(draft.due ? {} : { due: t("Choose the date that moves on.") }),
    ...(draft.status ? {} : { status: t("Choose the field that tells when a record is done.") }),
    ...(draft.done.length ? {} : { done: t("Choose at least one option.") }),
    ...(draft.previous ? {} : { previous: t("Choose the lookup to the record before.") }),
  };
  return (
    <ComponentDrawer
      kind="recurrences"
      noun={t("recurrence")}
      label={t("Recurrence")}
      existing={recurrence?.name}
      name={name}
      definition={{ ...cleaned(draft as unknown as Record<string, unknown>), active: draft.active !== false }}
      known={["rule", "due", "shift", "status", "done", "previous", "leave", "time_zone"]}
      missing={missing}
      onClose={onClose}
    >
      {(errors) => (
        <>
          <RecurrenceForm object={object} parts={parts} draft={draft} errors={errors} onChange={set} />
          <label className="flex items-center gap-2">
            <Checkbox checked={draft.active !== false} onChange={(e) => set({ active: e.target.checked })} />
            {t("Records come again")}
          </label>
          <p className="font-mono text-text-3 text-xs">{name}</p>
        </>
      )}
    </ComponentDrawer>
  );
}

interface RecurrenceFormProps {
  object: ObjectDef;
  parts: Parts;
  draft: Draft;
  errors: Record<string, string>;
  onChange: (patch: Partial<Draft>) => void;
}

function RecurrenceForm({ object, parts, draft, errors, onChange }: RecurrenceFormProps) {
  const status = fieldOf(object, draft.status);
  const known = new Set([draft.rule, draft.due, draft.status, draft.previous, ...(draft.shift ?? [])]);
  const one = (key: "rule" | "due" | "status" | "previous", label: string, fields: FieldDef[], hint: string) => (
    <FieldFrame label={label} required hint={hint} error={errors[key]}>
      {(ids) => (
        <Select
          id={ids.id}
          label={label}
          describedBy={ids.describedBy}
          invalid={ids.invalid}
          choices={fields.map((f) => ({ id: f.name, label: f.label }))}
          value={draft[key] ? [draft[key]] : []}
          onChange={(next) => onChange({ [key]: next[0] ?? "", ...(key === "status" ? { done: [] } : {}) })}
          empty={t("The object has no field that fits.")}
        />
      )}
    </FieldFrame>
  );
  const many = (key: "shift" | "leave", label: string, fields: FieldDef[]) => (
    <FieldFrame label={label} error={errors[key]}>
      {(ids) => (
        <Select
          id={ids.id}
          multiple
          label={label}
          placeholder={t("None")}
          choices={fields.map((f) => ({ id: f.name, label: f.label }))}
          value={draft[key] ?? []}
          onChange={(next) => onChange({ [key]: next })}
        />
      )}
    </FieldFrame>
  );
  return (
    <>
      {one("rule", t("The rule is in"), parts.rules, t("A text field in the format of a recurrence rule."))}
      <div className="grid gap-4 phone:grid-cols-2">
        {one("due", t("The date that moves on"), parts.dates, t("The rule counts from it."))}
        {many(
          "shift",
          t("Dates that move with it"),
          parts.dates.filter((f) => f.name !== draft.due),
        )}
        {one("status", t("When it is done, by"), parts.statuses, t("The next record comes when it gets there."))}
        <FieldFrame label={t("Done means")} required error={errors.done}>
          {(ids) => (
            <Select
              id={ids.id}
              multiple
              label={t("Done means")}
              invalid={ids.invalid}
              choices={(status?.options ?? []).map((option) => ({ id: option.value, label: option.label }))}
              value={draft.done}
              onChange={(done) => onChange({ done })}
            />
          )}
        </FieldFrame>
      </div>
      {one(
        "previous",
        t("It points back by"),
        parts.previous,
        t("A lookup of the object to itself, so that none comes twice."),
      )}
      {many(
        "leave",
        t("What the next one does not take over"),
        fillable(object).filter((f) => !known.has(f.name)),
      )}
      <FieldFrame
        label={t("Time zone")}
        hint={t("In which days are counted, such as Europe/Budapest; without one, that of the record's owner.")}
        error={errors.time_zone}
      >
        {(ids) => (
          <TextInput
            id={ids.id}
            maxLength={60}
            aria-describedby={ids.describedBy}
            aria-invalid={ids.invalid || undefined}
            value={draft.time_zone ?? ""}
            onChange={(e) => onChange({ time_zone: e.target.value })}
          />
        )}
      </FieldFrame>
    </>
  );
}
