// One setting of a field kind, with the control that its description asks for.
import { useCatalog } from "@/catalog/catalog";
import { ownFields } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import type { FieldDef, ObjectDef, Option, RelationDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import type { Choice } from "@/components/picker";
import { Select } from "@/components/select";
import type { Setting } from "@/fields/kind";
import { kindByName } from "@/fields/registry";
import { FormulaEditor } from "@/formulas/formula-editor";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { parseNumber } from "@/lib/numbers";
import { humanize } from "@/lib/text";
import { type Dependence, DependentOptions } from "./dependent-options";
import type { FieldDraft } from "./field-draft";
import { OptionsEditor } from "./options-editor";
import { fitsRollup } from "./rolled-up";

interface SettingInputProps {
  object: ObjectDef;
  setting: Setting;
  draft: FieldDraft;
  value: unknown;
  error: string | undefined;
  existing: boolean;
  onChange: (settings: Record<string, unknown>) => void;
}

const objectChoice = (o: ObjectDef): Choice => ({
  id: o.name,
  label: o.label,
  detail: <span className="font-mono">{o.name}</span>,
  icon: <Glyph icon={objectIcon(o)} hue={objectHue(o.name)} size={18} />,
});

const fieldChoice = (f: FieldDef): Choice => ({
  id: f.name,
  label: f.label,
  detail: <span className="font-mono">{f.name}</span>,
});

function relationChoice(relation: RelationDef, other: ObjectDef | undefined): Choice {
  const mark = other && { icon: <Glyph icon={objectIcon(other)} hue={objectHue(other.name)} size={18} /> };
  return {
    id: relation.name,
    label: relation.label ?? humanize(relation.name),
    detail: <span className="font-mono">{relation.name}</span>,
    ...mark,
  };
}

/** A setting in the person's language: kinds of field speak English. */
function spoken(setting: Setting): Setting {
  return {
    ...setting,
    label: t(setting.label),
    ...(setting.hint ? { hint: t(setting.hint) } : {}),
    ...(setting.choices ? { choices: setting.choices.map((one) => ({ ...one, label: t(one.label) })) } : {}),
  };
}

export function SettingInput({ object, setting: given, draft, value, error, existing, onChange }: SettingInputProps) {
  const catalog = useCatalog();
  const setting = spoken(given);
  const set = (next: unknown) => onChange({ [setting.name]: next });
  const relation = object.relations?.find((r) => r.name === draft.settings[setting.over ?? ""]);
  const related = setting.over ? catalog.object(relation?.object) : object;
  const wide =
    ["options", "objects", "json", "formula", "dependence"].includes(setting.control) || setting.name === "pattern";
  const fixed =
    existing && (setting.control === "object" || setting.control === "objects" || setting.name === "inverse");
  return (
    <FieldFrame
      label={setting.label}
      required={Boolean(setting.required)}
      hint={setting.hint}
      error={error}
      {...(wide ? { className: "col-span-full" } : {})}
    >
      {(ids) => {
        switch (setting.control) {
          case "integer":
          case "number":
            return (
              <TextInput
                id={ids.id}
                inputMode={setting.control === "integer" ? "numeric" : "decimal"}
                aria-describedby={ids.describedBy}
                aria-invalid={ids.invalid || undefined}
                className="num"
                defaultValue={value === undefined || value === null ? "" : String(value)}
                onChange={(e) => {
                  const exact = parseNumber(e.target.value);
                  set(exact ? Number(exact) : undefined);
                }}
              />
            );
          case "text":
            return (
              <TextInput
                id={ids.id}
                disabled={fixed}
                spellCheck={false}
                aria-describedby={ids.describedBy}
                aria-invalid={ids.invalid || undefined}
                className={setting.mono ? "font-mono text-xs" : ""}
                value={String(value ?? "")}
                onChange={(e) => set(e.target.value)}
              />
            );
          case "choice":
            return (
              <Select
                id={ids.id}
                label={setting.label}
                choices={(setting.choices ?? []).map((c) => ({ id: c.value, label: c.label }))}
                value={value ? [String(value)] : []}
                onChange={(next) => set(next[0])}
                invalid={ids.invalid}
              />
            );
          case "object":
            return (
              <Select
                id={ids.id}
                label={setting.label}
                placeholder={t("Choose an object")}
                disabled={fixed}
                choices={catalog.objects.map(objectChoice)}
                value={value ? [String(value)] : []}
                onChange={(next) => set(next[0])}
                invalid={ids.invalid}
                describedBy={ids.describedBy}
              />
            );
          case "objects":
            return (
              <Select
                id={ids.id}
                multiple
                label={setting.label}
                disabled={fixed}
                choices={[{ id: "*", label: t("Any object") }, ...catalog.navigation.map(objectChoice)]}
                value={Array.isArray(value) ? value.map(String) : []}
                onChange={(next) => set(next.at(-1) === "*" ? ["*"] : next.filter((n) => n !== "*"))}
                invalid={ids.invalid}
              />
            );
          case "options":
            return (
              <OptionsEditor
                options={(value as Option[] | undefined) ?? []}
                optionSet={draft.settings.option_set as string | undefined}
                onOptions={(options) => onChange({ options, option_set: undefined })}
                onOptionSet={(option_set) => onChange({ option_set })}
              />
            );
          case "dependence": {
            const shared = catalog.optionSets.find((s) => s.name === draft.settings.option_set)?.options;
            return (
              <DependentOptions
                id={ids.id}
                object={object}
                own={draft.name ?? undefined}
                options={shared ?? (draft.settings.options as Option[] | undefined) ?? []}
                value={value as Dependence | undefined}
                onChange={set}
              />
            );
          }
          case "formula":
            return related ? (
              <FormulaEditor
                key={related.name}
                object={related}
                label={setting.label}
                value={String(value ?? "")}
                lines={setting.over ? 2 : 4}
                {...(setting.over ? { expects: "boolean", plain: true } : {})}
                invalid={ids.invalid}
                onChange={set}
              />
            ) : (
              <p className="text-text-3 text-xs">{t("Choose the related list first.")}</p>
            );
          case "relation":
            return (
              <Select
                id={ids.id}
                label={setting.label}
                placeholder={t("Choose a related list")}
                disabled={existing}
                choices={(object.relations ?? []).map((r) => relationChoice(r, catalog.object(r.object)))}
                value={value ? [String(value)] : []}
                onChange={(next) => set(next[0])}
                invalid={ids.invalid}
              />
            );
          case "related-field":
            return (
              <Select
                id={ids.id}
                label={setting.label}
                clearable
                placeholder={related ? t("None") : t("Choose the related list first")}
                disabled={!related}
                choices={(related ? ownFields(related) : [])
                  .filter((f) => fitsRollup(setting.name, draft.settings, f))
                  .map(fieldChoice)}
                value={value ? [String(value)] : []}
                onChange={(next) => set(next[0])}
                invalid={ids.invalid}
              />
            );
          case "json": {
            const Json = kindByName("json")?.input;
            return Json ? (
              <Json
                id={ids.id}
                field={{ name: setting.name, kind: "json", label: setting.label }}
                value={value}
                onChange={set}
                describedBy={ids.describedBy}
              />
            ) : null;
          }
        }
      }}
    </FieldFrame>
  );
}
