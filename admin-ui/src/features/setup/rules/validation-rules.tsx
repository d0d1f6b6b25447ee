// The validation rules of an object: what no record may be when it is saved.
import { CircleAlert, Plus, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { columnFields, fieldOf } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { ComponentDrawer } from "@/changes/component-drawer";
import { cleaned, useComponents } from "@/changes/use-components";
import { Empty, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextArea, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { FormulaField } from "@/formulas/formula-field";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { apiName, inSentence, untaken } from "@/lib/text";

export interface ValidationRule {
  name: string;
  object: string;
  when: string;
  message: string;
  field?: string;
  active?: boolean;
  severity?: "error" | "warning";
  on?: ("create" | "update")[];
  order?: number;
  description?: string;
  package?: string | null;
}

export function ValidationRules({ object }: { object: ObjectDef }) {
  const query = useComponents<ValidationRule>("validation-rules");
  const [open, setOpen] = useState<ValidationRule | "new" | null>(null);
  const add = (
    <Button look="outline" icon={<Plus size={14} />} onClick={() => setOpen("new")}>
      {t("New validation rule")}
    </Button>
  );
  return (
    <section aria-label={t("Validation rules")} className="mb-8">
      <h2 className="mb-1 font-semibold text-base">{t("Validation rules")}</h2>
      <Loaded query={query} what={t("The validation rules")} lines={[50, 40]}>
        {(all) => {
          const rules = all
            .filter((r) => r.object === object.name)
            .sort((a, b) => (a.order ?? 0) - (b.order ?? 0) || a.name.localeCompare(b.name));
          if (rules.length === 0)
            return (
              <Empty title={t("No rules yet")} action={add}>
                {t("A rule says what no {label} may be, and tells so where it is typed.", {
                  label: inSentence(object.label),
                })}
              </Empty>
            );
          return (
            <>
              <ul className="mb-3 divide-y divide-line border-line border-y">
                {rules.map((rule) => (
                  <li key={rule.name}>
                    <RuleRow object={object} rule={rule} onOpen={() => setOpen(rule)} />
                  </li>
                ))}
              </ul>
              {add}
            </>
          );
        }}
      </Loaded>
      {open && (
        <RuleDrawer
          object={object}
          rule={open === "new" ? undefined : open}
          taken={new Set(query.data?.map((r) => r.name))}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  );
}

function RuleRow({ object, rule, onOpen }: { object: ObjectDef; rule: ValidationRule; onOpen: () => void }) {
  const warns = rule.severity === "warning";
  const Icon = warns ? TriangleAlert : CircleAlert;
  return (
    <button
      type="button"
      className={cx(
        "flex w-full items-start gap-3 px-1.5 py-2.5 text-start hover:bg-hover",
        rule.active === false && "opacity-60",
      )}
      onClick={onOpen}
    >
      <Icon size={16} aria-hidden="true" className={cx("mt-0.5 shrink-0", warns ? "text-amber" : "text-red")} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-2 font-medium">
          {rule.message}
          {rule.active === false && <Tag>{t("Off")}</Tag>}
          {rule.field && <Tag color="blue">{fieldOf(object, rule.field)?.label ?? rule.field}</Tag>}
          {rule.on?.length === 1 && <Tag>{rule.on[0] === "create" ? t("on creating") : t("on changing")}</Tag>}
          {rule.package && <Tag color="indigo">{rule.package}</Tag>}
        </span>
        <code className="mt-0.5 block truncate font-mono text-text-2 text-xs">{rule.when}</code>
      </span>
      <span className="hidden font-mono text-text-3 text-xs phone:block">{rule.name}</span>
    </button>
  );
}

interface RuleDrawerProps {
  object: ObjectDef;
  rule: ValidationRule | undefined;
  taken: Set<string>;
  onClose: () => void;
}

/** A name from the message that is not taken yet; a rule keeps the name that it has. */
function nameFor(object: ObjectDef, message: string, taken: Set<string>): string {
  const base = `${object.name}.${apiName(message).slice(0, 36).replace(/_+$/, "") || "rule"}`;
  return untaken(base, taken);
}

function RuleDrawer({ object, rule, taken, onClose }: RuleDrawerProps) {
  const [draft, setDraft] = useState<Omit<ValidationRule, "name">>(
    rule ?? { object: object.name, when: "", message: "", active: true },
  );
  const set = (patch: Partial<ValidationRule>) => setDraft((d) => ({ ...d, ...patch }));
  const name = rule?.name ?? nameFor(object, draft.message, taken);
  const missing: Record<string, string> = {
    ...(draft.when.trim() ? {} : { when: t("Say when a record is wrong.") }),
    ...(draft.message.trim() ? {} : { message: t("Say what is wrong, and what to do.") }),
  };
  return (
    <ComponentDrawer
      kind="validation-rules"
      noun={t("rule")}
      label={draft.message || t("the rule")}
      existing={rule?.name}
      name={name}
      definition={{ ...cleaned(draft), active: draft.active !== false }}
      known={["when", "message", "field", "severity", "on", "order", "description", "active"]}
      missing={missing}
      onClose={onClose}
    >
      {(errors) => (
        <>
          <FormulaField
            object={object}
            label={t("A record is wrong when")}
            value={draft.when}
            expects="boolean"
            saving
            error={errors.when}
            placeholder={t("such as  budget > 1000 AND ISBLANK(sponsor)")}
            onChange={(when) => set({ when })}
          />
          <FieldFrame
            label={t("Message")}
            required
            error={errors.message}
            hint={t("What is wrong and what to do, in a sentence.")}
          >
            {(ids) => (
              <TextInput
                id={ids.id}
                maxLength={500}
                aria-describedby={ids.describedBy}
                aria-invalid={ids.invalid || undefined}
                value={draft.message}
                onChange={(e) => set({ message: e.target.value })}
              />
            )}
          </FieldFrame>
          <RuleSettings object={object} draft={draft} errors={errors} onChange={set} />
          <p className="font-mono text-text-3 text-xs">{name}</p>
        </>
      )}
    </ComponentDrawer>
  );
}

interface RuleSettingsProps {
  object: ObjectDef;
  draft: Omit<ValidationRule, "name">;
  errors: Record<string, string>;
  onChange: (patch: Partial<ValidationRule>) => void;
}

function RuleSettings({ object, draft, errors, onChange }: RuleSettingsProps) {
  const moments = draft.on?.length ? draft.on : ["create", "update"];
  return (
    <>
      <div className="grid gap-4 phone:grid-cols-2">
        <FieldFrame label={t("Told at the field")} error={errors.field}>
          {(ids) => (
            <Select
              id={ids.id}
              label={t("Told at the field")}
              placeholder={t("The whole record")}
              clearable
              choices={columnFields(object).map((f) => ({ id: f.name, label: f.label }))}
              value={draft.field ? [draft.field] : []}
              onChange={(next) => onChange({ field: next[0] ?? "" })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("How bad it is")} error={errors.severity}>
          {(ids) => (
            <Select
              id={ids.id}
              label={t("How bad it is")}
              choices={[
                { id: "error", label: t("An error: nothing is saved") },
                { id: "warning", label: t("A warning: saved when confirmed") },
              ]}
              value={[draft.severity ?? "error"]}
              onChange={(next) => onChange({ severity: next[0] as "error" | "warning" })}
            />
          )}
        </FieldFrame>
      </div>
      <fieldset className="flex flex-wrap gap-x-5 gap-y-2">
        <legend className="mb-1 font-medium text-text-2 text-xs">{t("Looked at")}</legend>
        {(["create", "update"] as const).map((moment) => (
          <label key={moment} className="flex items-center gap-2">
            <Checkbox
              checked={moments.includes(moment)}
              onChange={(e) => {
                const next = (["create", "update"] as const).filter((m) =>
                  m === moment ? e.target.checked : moments.includes(m),
                );
                onChange({ on: next.length === 1 ? next : [] });
              }}
            />
            {moment === "create" ? t("when a record is made") : t("when it is changed")}
          </label>
        ))}
        <label className="flex items-center gap-2">
          <Checkbox checked={draft.active !== false} onChange={(e) => onChange({ active: e.target.checked })} />
          {t("The rule is on")}
        </label>
      </fieldset>
      <FieldFrame label={t("What it is for")} error={errors.description}>
        {(ids) => (
          <TextArea
            id={ids.id}
            rows={2}
            maxLength={2000}
            value={draft.description ?? ""}
            onChange={(e) => onChange({ description: e.target.value })}
          />
        )}
      </FieldFrame>
    </>
  );
}
