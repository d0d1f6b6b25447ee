// An object's own settings: what it is called, its icon, who sees its records by default. Changes are reviewed before.
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { applyChanges, planChanges } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { useReloadCatalog } from "@/catalog/load";
import type { ObjectDef } from "@/catalog/types";
import { ReviewDialog } from "@/changes/review-dialog";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Switch, TextArea, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { differences } from "@/lib/differences";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { IconPicker } from "./icon-picker";
import { LanguageSelect } from "./language-select";

type Definition = Record<string, unknown>;

/** What the server and the catalog add to an object: no part of its definition. */
const READ_ONLY = new Set([
  "id",
  "fields",
  "relations",
  "permissions",
  "package",
  "custom",
  "system",
  "record_types",
  "processes",
  "conversions",
]);

const settingsOf = (object: ObjectDef): Definition =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !READ_ONLY.has(key)));

const SHARING = [
  { id: "private", label: "Nobody but its owner", words: "private" },
  { id: "read", label: "Everybody may see", words: "public read" },
  { id: "read_write", label: "Everybody may see and edit", words: "public write" },
  { id: "controlled_by_parent", label: "Whoever sees the record it is part of", words: "parent master" },
];

interface Sharing {
  default?: string;
  hierarchy?: boolean;
}

export function ObjectSettings({ object }: { object: ObjectDef }) {
  const navigate = useNavigate();
  const reload = useReloadCatalog();
  const catalog = useCatalog();
  const before = settingsOf(object);
  const [draft, setDraft] = useState<Definition>(before);
  const [reviewing, setReviewing] = useState(false);
  const set = (patch: Definition) => setDraft((d) => ({ ...d, ...patch }));
  const sharing = (draft.sharing ?? {}) as Sharing;
  const naming = (draft.name_field ?? {}) as NonNullable<ObjectDef["name_field"]>;
  const changed = differences(before, draft).length > 0;
  const taken = catalog.objects.some((o) => o.name !== object.name && o.name === draft.name);
  const change = { kind: "objects", name: object.name, definition: draft };
  const locked = Boolean(object.package);

  const text = (
    key: string,
    label: string,
    props: { hint?: string; mono?: boolean; error?: string } = {},
  ): ReactNode => (
    <FieldFrame label={label} hint={props.hint} error={props.error}>
      {(ids) => (
        <TextInput
          id={ids.id}
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          maxLength={props.mono ? 40 : 80}
          disabled={Boolean(props.mono) && locked}
          spellCheck={!props.mono}
          className={props.mono ? "font-mono text-xs" : ""}
          value={String(draft[key] ?? "")}
          onChange={(e) => set({ [key]: e.target.value })}
        />
      )}
    </FieldFrame>
  );

  return (
    <div className="grid max-w-2xl gap-x-4 gap-y-4 phone:grid-cols-2">
      {text("label", t("Label"))}
      {text("plural_label", t("Plural label"))}
      {text("name", "API name", {
        mono: true,
        hint: locked ? t("The package's own name stays.") : t("Another name changes the API; what uses it follows."),
        ...(taken ? { error: t("There is already an object {name}.", { name: String(draft.name) }) } : {}),
      })}
      {text("plural", t("Plural API name"), { mono: true, hint: t("In addresses.") })}
      <FieldFrame label={t("What the name of a record is called")}>
        {(ids) => (
          <TextInput
            id={ids.id}
            maxLength={80}
            value={naming.label ?? t("Name")}
            onChange={(e) => set({ name_field: { ...naming, label: e.target.value } })}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("Who sees a record that nobody shared")}>
        {(ids) => (
          <Select
            id={ids.id}
            label={t("Who sees a record that nobody shared")}
            choices={SHARING.map((one) => ({ ...one, label: t(one.label) }))}
            value={[sharing.default ?? "private"]}
            onChange={(next) => set({ sharing: { ...sharing, default: next[0] } })}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("Language of its texts")} hint={t("Search finds the forms of a word by one another in it.")}>
        {(ids) => (
          <LanguageSelect
            id={ids.id}
            label={t("Language of its texts")}
            otherwise={t("That of the workspace")}
            value={typeof draft.language === "string" ? draft.language : undefined}
            onChange={(language) => set({ language })}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("Description")} className="col-span-full">
        {(ids) => (
          <TextArea
            id={ids.id}
            rows={2}
            value={String(draft.description ?? "")}
            onChange={(e) => set({ description: e.target.value })}
          />
        )}
      </FieldFrame>
      <div className="col-span-full flex flex-col gap-1">
        <span className="font-medium text-text-2 text-xs">{t("Icon")}</span>
        <IconPicker
          value={String(draft.icon ?? "box")}
          hue={objectHue(object.name)}
          onChange={(icon) => set({ icon })}
        />
      </div>
      <div className="col-span-full flex flex-col divide-y divide-line rounded-control border border-line">
        <Toggle
          label={t("Managers see what their people own")}
          about={t("Up the line of managers.")}
          checked={sharing.hierarchy ?? true}
          onChange={(hierarchy) => set({ sharing: { ...sharing, hierarchy } })}
        />
        <Toggle
          label={t("Every record has a name")}
          about={t("Nothing is saved without one.")}
          checked={naming.required ?? !naming.compose?.length}
          onChange={(required) => set({ name_field: { ...naming, required } })}
        />
        <Toggle
          label={t("Keep a history")}
          about={t("Each change of a record is kept with who made it and both values.")}
          checked={draft.history !== false}
          onChange={(history) => set({ history })}
        />
      </div>
      <div className="col-span-full flex gap-2">
        <Button look="solid" size="md" disabled={!changed || taken} onClick={() => setReviewing(true)}>
          {t("Review changes")}
        </Button>
        {changed && (
          <Button size="md" onClick={() => setDraft(before)}>
            {t("Reset")}
          </Button>
        )}
      </div>
      {reviewing && (
        <ReviewDialog
          title={t("Change {label}", { label: object.label })}
          verb={t("Publish changes")}
          word={object.name}
          planKey={change}
          plan={(signal) => planChanges([change], signal)}
          apply={({ message, allowDataLoss }) => applyChanges([change], message, allowDataLoss)}
          parts={[{ kind: "objects", name: object.name, before, after: draft }]}
          messageHint={t("Why it is changed; shown in the change history.")}
          onClose={() => setReviewing(false)}
          onDone={async () => {
            setReviewing(false);
            const name = String(draft.name);
            await reload();
            toast(t("Saved {label}", { label: String(draft.label) }));
            if (name !== object.name)
              navigate({ to: "/setup/objects/$object", params: { object: name }, search: { tab: "settings" } });
          }}
        />
      )}
    </div>
  );
}

interface ToggleProps {
  label: string;
  about: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

function Toggle({ label, about, checked, onChange }: ToggleProps) {
  return (
    <div className="flex items-center gap-3 px-3 py-2">
      <div className="min-w-0 flex-1">
        <div className="font-medium">{label}</div>
        <div className="text-text-2 text-xs">{about}</div>
      </div>
      <Switch label={label} checked={checked} onChange={onChange} />
    </div>
  );
}
