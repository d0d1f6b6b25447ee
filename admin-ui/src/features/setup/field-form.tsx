// The form of a field: label and name, the settings of its kind, rules, default and help.
import type { ReactNode } from "react";
import { useCatalog } from "@/catalog/catalog";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Dependants } from "@/changes/dependants";
import { FieldFrame } from "@/components/field-frame";
import { Switch, TextArea, TextInput } from "@/components/inputs";
import type { FieldKind } from "@/fields/kind";
import { t } from "@/lib/i18n";
import { type FieldDraft, isOffered } from "./field-draft";
import { RelationDiagram } from "./relation-diagram";
import { SettingInput } from "./setting-input";

interface FieldFormProps {
  object: ObjectDef;
  kind: FieldKind;
  draft: FieldDraft;
  definition: Record<string, unknown>;
  existing: boolean;
  /** The name that it has now, of an existing one. */
  fieldName: string;
  /** The name belongs to a package and stays. */
  packaged: boolean;
  errors: Record<string, string>;
  onChange: (patch: Partial<FieldDraft>) => void;
}

export function FieldForm({
  object,
  kind,
  draft,
  definition,
  existing,
  fieldName,
  packaged,
  errors,
  onChange,
}: FieldFormProps) {
  const catalog = useCatalog();
  const Input = kind.input;
  const preview: FieldDef = { ...(definition as FieldDef), label: t("Default"), required: false };
  if (draft.settings.option_set)
    preview.options = catalog.optionSets.find((s) => s.name === draft.settings.option_set)?.options ?? [];
  const target = catalog.object(typeof draft.settings.to === "string" ? draft.settings.to : undefined);
  const needsScale = typeof definition.scale === "number" ? {} : { scale: 2 };
  return (
    <div className="grid gap-x-4 gap-y-4 phone:grid-cols-2">
      <FieldFrame label={t("Label")} required error={errors.label}>
        {(ids) => (
          <TextInput
            id={ids.id}
            data-autofocus
            autoFocus={!existing}
            maxLength={80}
            aria-invalid={ids.invalid || undefined}
            aria-describedby={ids.describedBy}
            value={draft.label}
            onChange={(e) => onChange({ label: e.target.value })}
          />
        )}
      </FieldFrame>
      <FieldFrame
        label={t("API name")}
        error={errors.name}
        hint={existing ? t("Another name changes the API; views, pages and rules follow.") : undefined}
      >
        {(ids) => (
          <TextInput
            id={ids.id}
            disabled={packaged}
            spellCheck={false}
            className="font-mono text-xs"
            maxLength={40}
            aria-invalid={ids.invalid || undefined}
            aria-describedby={ids.describedBy}
            value={String(definition.name)}
            onChange={(e) => onChange({ name: e.target.value })}
          />
        )}
      </FieldFrame>
      <RelationDiagram object={object} definition={definition} />
      {kind.settings
        .filter((setting) => isOffered(setting, draft.settings))
        .map((setting) => (
          <SettingInput
            key={setting.name}
            object={object}
            setting={
              setting.name === "inverse" && target
                ? {
                    ...setting,
                    hint: t("How {label} calls these records, in the API and on its page.", { label: target.label }),
                  }
                : setting
            }
            draft={draft}
            value={setting.name === "inverse" ? (definition.inverse as string) : draft.settings[setting.name]}
            error={errors[setting.name]}
            existing={existing}
            onChange={(settings) => onChange({ settings: { ...draft.settings, ...settings } })}
          />
        ))}
      <FieldFrame label={t("Help")} className="col-span-full" hint={t("Shown beside the field.")} error={errors.help}>
        {(ids) => (
          <TextArea
            id={ids.id}
            rows={2}
            aria-describedby={ids.describedBy}
            value={draft.help}
            onChange={(e) => onChange({ help: e.target.value })}
          />
        )}
      </FieldFrame>
      {kind.common.default && (
        <FieldFrame
          label={t("Default")}
          className="col-span-full"
          hint={t("New records start with it.")}
          error={errors.default}
        >
          {(ids) => (
            <Input
              key={JSON.stringify(preview.options ?? "")}
              field={{ ...needsScale, ...preview }}
              value={draft.default}
              onChange={(value) => onChange({ default: value })}
              id={ids.id}
              describedBy={ids.describedBy}
              invalid={ids.invalid}
            />
          )}
        </FieldFrame>
      )}
      {(kind.common.required || kind.common.unique) && (
        <div className="col-span-full flex flex-col divide-y divide-line rounded-control border border-line">
          {kind.common.required && (
            <Toggle
              label={t("Required")}
              about={t("No {label} can be saved without it.", { label: object.label.toLowerCase() })}
              error={errors.required}
              checked={draft.required}
              onChange={(required) => onChange({ required })}
            />
          )}
          {kind.common.unique && (
            <Toggle
              label={t("Unique")}
              about={t("No two records may have the same value.")}
              error={errors.unique}
              checked={draft.unique}
              onChange={(unique) => onChange({ unique })}
            />
          )}
        </div>
      )}
      {existing && (
        <div className="col-span-full">
          <Dependants kind="fields" name={`${object.name}.${fieldName}`} />
        </div>
      )}
    </div>
  );
}

interface ToggleProps {
  label: string;
  about: ReactNode;
  checked: boolean;
  error: string | undefined;
  onChange: (checked: boolean) => void;
}

function Toggle({ label, about, checked, error, onChange }: ToggleProps) {
  return (
    <div className="flex items-center gap-3 px-3 py-2">
      <div className="min-w-0 flex-1">
        <div className="font-medium">{label}</div>
        <div className="text-text-2 text-xs">{about}</div>
        {error && (
          <div role="alert" className="text-red text-xs">
            {error}
          </div>
        )}
      </div>
      <Switch label={label} checked={checked} onChange={onChange} />
    </div>
  );
}
