// When a field is shown, must be filled or stays as it is: conditions that the page of a record follows while one types.
import { Eye, Plus } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { useCatalog } from "@/catalog/catalog";
import { fieldOf, ownFields } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { ComponentDrawer } from "@/changes/component-drawer";
import { cleaned, useComponents } from "@/changes/use-components";
import { Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox } from "@/components/inputs";
import { Select } from "@/components/select";
import { FormulaField } from "@/formulas/formula-field";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { untaken } from "@/lib/text";
import { halfWritten, OptionsWhen } from "./options-when";

export interface FieldCondition {
  name: string;
  object: string;
  field: string;
  visible?: string;
  required?: string;
  read_only?: string;
  options_when?: { when: string; allow: string[] }[];
  when_hidden?: "keep" | "clear";
  enforce?: "server" | "layout";
  active?: boolean;
  package?: string | null;
}

const KEYS = ["visible", "required", "read_only"] as const;
const WORDS = { visible: "Shown when", required: "Must be filled when", read_only: "Cannot be changed when" };

export function FieldConditions({ object }: { object: ObjectDef }) {
  const query = useComponents<FieldCondition>("field-conditions");
  const [open, setOpen] = useState<FieldCondition | "new" | null>(null);
  return (
    <section aria-label={t("Field conditions")} className="mb-8">
      <h2 className="mb-1 font-semibold text-base">{t("Field conditions")}</h2>
      <Loaded query={query} what={t("The field conditions")} lines={[45]}>
        {(all) => {
          const list = all.filter((c) => c.object === object.name);
          return (
            <>
              {list.length === 0 && (
                <p className="mb-3 text-text-2">{t("Fields that are shown, needed or fixed only sometimes.")}</p>
              )}
              {list.length > 0 && (
                <ul className="mb-3 divide-y divide-line border-line border-y">
                  {list.map((condition) => (
                    <li key={condition.name}>
                      <ConditionRow object={object} condition={condition} onOpen={() => setOpen(condition)} />
                    </li>
                  ))}
                </ul>
              )}
              <Button look="outline" icon={<Plus size={14} />} onClick={() => setOpen("new")}>
                {t("New field condition")}
              </Button>
            </>
          );
        }}
      </Loaded>
      {open && (
        <ConditionDrawer
          object={object}
          condition={open === "new" ? undefined : open}
          taken={new Set(query.data?.map((c) => c.name))}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  );
}

interface ConditionRowProps {
  object: ObjectDef;
  condition: FieldCondition;
  onOpen: () => void;
}

function ConditionRow({ object, condition, onOpen }: ConditionRowProps) {
  return (
    <button
      type="button"
      className={cx(
        "flex w-full items-start gap-3 px-1.5 py-2.5 text-start hover:bg-hover",
        condition.active === false && "opacity-60",
      )}
      onClick={onOpen}
    >
      <Eye size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-text-3" />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2 font-medium">
          {fieldOf(object, condition.field)?.label ?? condition.field}
          {condition.active === false && <Tag>{t("Off")}</Tag>}
        </span>
        {KEYS.filter((key) => condition[key]).map((key) => (
          <span key={key} className="block truncate text-text-2 text-xs">
            {t(WORDS[key])} <code className="font-mono">{condition[key]}</code>
          </span>
        ))}
        {condition.options_when?.map(({ when, allow }) => (
          <span key={when} className="block truncate text-text-2 text-xs">
            {t("Only")} {allow.join(", ") || t("nothing")} {t("when")} <code className="font-mono">{when}</code>
          </span>
        ))}
      </span>
    </button>
  );
}

interface ConditionDrawerProps {
  object: ObjectDef;
  condition: FieldCondition | undefined;
  taken: Set<string>;
  onClose: () => void;
}

function ConditionDrawer({ object, condition, taken, onClose }: ConditionDrawerProps) {
  const [draft, setDraft] = useState<Omit<FieldCondition, "name">>(
    condition ?? { object: object.name, field: "", active: true },
  );
  const set = (patch: Partial<FieldCondition>) => setDraft((d) => ({ ...d, ...patch }));
  const base = `${object.name}.${draft.field || "field"}`;
  const name = condition?.name ?? untaken(base, taken);
  const catalog = useCatalog();
  const asked = fieldOf(object, draft.field);
  const shared = catalog.optionSets.find((s) => s.name === asked?.option_set)?.options;
  const label = asked?.label ?? t("the field");
  const missing: Record<string, string> = {
    ...(draft.field ? {} : { field: t("Choose a field.") }),
    ...(KEYS.some((key) => draft[key]?.trim()) || draft.options_when?.length
      ? {}
      : { visible: t("Write at least one of the three conditions.") }),
    ...(halfWritten(draft.options_when) ? { options_when: t("Say when, or remove the condition.") } : {}),
  };
  return (
    <ComponentDrawer
      kind="field-conditions"
      noun={t("field condition")}
      label={label}
      existing={condition?.name}
      name={name}
      definition={{
        ...cleaned({ ...draft }),
        active: draft.active !== false,
      }}
      known={["field", ...KEYS, "options_when", "when_hidden", "enforce", "active"]}
      missing={missing}
      onClose={onClose}
    >
      {(errors) => (
        <>
          <FieldFrame label={t("Field")} required error={errors.field}>
            {(ids) => (
              <Select
                id={ids.id}
                label={t("Field")}
                choices={ownFields(object).map((f) => ({ id: f.name, label: f.label }))}
                value={draft.field ? [draft.field] : []}
                onChange={(next) => set({ field: next[0] ?? "" })}
                invalid={ids.invalid}
              />
            )}
          </FieldFrame>
          {KEYS.map((key) => (
            <FormulaField
              key={key}
              plain
              saving
              object={object}
              label={t(WORDS[key])}
              value={draft[key] ?? ""}
              expects="boolean"
              lines={1}
              error={errors[key]}
              placeholder={key === "visible" ? t("always") : t("never")}
              onChange={(text) => set({ [key]: text })}
            />
          ))}
          {asked && ["picklist", "multi_picklist"].includes(asked.kind) && (
            <OptionsWhen
              object={object}
              options={asked.options ?? shared ?? []}
              rules={draft.options_when ?? []}
              error={errors.options_when}
              onChange={(options_when) => set({ options_when })}
            />
          )}
          <div className="grid gap-4 phone:grid-cols-2">
            <FieldFrame label={t("Its value while it is hidden")}>
              {(ids) => (
                <Select
                  id={ids.id}
                  label={t("Its value while it is hidden")}
                  choices={[
                    { id: "keep", label: t("Stays as it is") },
                    { id: "clear", label: t("Is emptied") },
                  ]}
                  value={[draft.when_hidden ?? "keep"]}
                  onChange={(next) => set({ when_hidden: next[0] as "keep" | "clear" })}
                />
              )}
            </FieldFrame>
            <FieldFrame label={t("Who is held to it")}>
              {(ids) => (
                <Select
                  id={ids.id}
                  label={t("Who is held to it")}
                  choices={[
                    { id: "server", label: t("Every save, also through the API") },
                    { id: "layout", label: t("Forms alone") },
                  ]}
                  value={[draft.enforce ?? "server"]}
                  onChange={(next) => set({ enforce: next[0] as "server" | "layout" })}
                />
              )}
            </FieldFrame>
          </div>
          <label className="flex items-center gap-2">
            <Checkbox checked={draft.active !== false} onChange={(e) => set({ active: e.target.checked })} />
            {t("The condition is on")}
          </label>
          <p className="font-mono text-text-3 text-xs">{name}</p>
        </>
      )}
    </ComponentDrawer>
  );
}
