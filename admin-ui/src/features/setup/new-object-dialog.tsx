// A new object: a label is enough, the rest is proposed and may be changed.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { saveObject } from "@/api/metadata";
import { problemsByField } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { iconByName } from "@/catalog/icons";
import { useReloadCatalog } from "@/catalog/load";
import { usePlan } from "@/changes/plan";
import { PlanStrip } from "@/changes/plan-strip";
import { Glyph, Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextArea, TextInput } from "@/components/inputs";
import { toast } from "@/components/toast";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { apiName, plural } from "@/lib/text";
import { IconPicker } from "./icon-picker";

interface Draft {
  label: string;
  plural_label: string | null;
  name: string | null;
  plural: string | null;
  icon: string;
  description: string;
}

/** Names follow the label until one changes them by hand. */
function definitionOf(draft: Draft) {
  const pluralLabel = draft.plural_label ?? plural(draft.label.trim());
  return {
    name: draft.name ?? apiName(draft.label),
    plural: draft.plural ?? apiName(pluralLabel),
    label: draft.label.trim(),
    plural_label: pluralLabel,
    icon: draft.icon,
    ...(draft.description.trim() ? { description: draft.description.trim() } : {}),
    name_field: { label: t("Name") },
    history: true,
    fields: [],
  };
}

export function NewObjectDialog({ onClose }: { onClose: () => void }) {
  const catalog = useCatalog();
  const reload = useReloadCatalog();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>({
    label: "",
    plural_label: null,
    name: null,
    plural: null,
    icon: "box",
    description: "",
  });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const definition = definitionOf(draft);
  const taken = catalog.object(definition.name) || catalog.objectByPlural(definition.plural);
  const plan = usePlan(definition.name && !taken ? [{ kind: "objects", name: definition.name, definition }] : null);

  const set = (patch: Partial<Draft>) => {
    setDraft((d) => ({ ...d, ...patch }));
    setErrors({});
  };

  async function save() {
    if (!draft.label.trim()) {
      setErrors({ label: t("Give the object a label.") });
      return;
    }
    if (taken) {
      setErrors({ name: t("There is already an object {name}.", { name: taken.name }) });
      return;
    }
    setBusy(true);
    try {
      await saveObject(definition.name, definition);
      await reload();
      toast(t("Created {plural_label}", { plural_label: definition.plural_label }));
      navigate({ to: "/setup/objects/$object", params: { object: definition.name } });
      onClose();
    } catch (error) {
      setBusy(false);
      setErrors(problemsByField(error));
    }
  }

  const known = ["label", "plural_label", "name", "plural", "icon", "description"];
  const general = Object.entries(errors).filter(([key]) => !known.includes(key));
  return (
    <Dialog
      title={t("New object")}
      mark={<Glyph icon={iconByName(draft.icon)} hue={objectHue(definition.name || "box")} size={22} />}
      width="540px"
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {t("Create object")}
          </Button>
        </>
      }
    >
      <div className="grid gap-x-4 gap-y-3.5 phone:grid-cols-2">
        {general.length > 0 && (
          <div className="col-span-full">
            <Notice title={t("The object could not be created.")}>{general.map(([, text]) => text).join(" ")}</Notice>
          </div>
        )}
        <FieldFrame
          label={t("Label")}
          required
          error={errors.label ?? (taken ? t("There is already an object {name}.", { name: taken.name }) : undefined)}
        >
          {(ids) => (
            <TextInput
              id={ids.id}
              data-autofocus
              autoFocus
              aria-invalid={ids.invalid || undefined}
              aria-describedby={ids.describedBy}
              placeholder={t("Project")}
              maxLength={80}
              value={draft.label}
              onChange={(e) => set({ label: e.target.value })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Plural label")} error={errors.plural_label}>
          {(ids) => (
            <TextInput
              id={ids.id}
              maxLength={80}
              value={definition.plural_label}
              onChange={(e) => set({ plural_label: e.target.value })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("API name")} error={errors.name} hint={t("In the API, in formulas and in SQL.")}>
          {(ids) => (
            <TextInput
              id={ids.id}
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              spellCheck={false}
              className="font-mono text-xs"
              maxLength={40}
              value={definition.name}
              onChange={(e) => set({ name: e.target.value })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Plural API name")} error={errors.plural} hint={t("In addresses.")}>
          {(ids) => (
            <TextInput
              id={ids.id}
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              spellCheck={false}
              className="font-mono text-xs"
              maxLength={40}
              value={definition.plural}
              onChange={(e) => set({ plural: e.target.value })}
            />
          )}
        </FieldFrame>
        <div className="col-span-full flex flex-col gap-1">
          <span className="font-medium text-text-2 text-xs">{t("Icon")}</span>
          <IconPicker value={draft.icon} hue={objectHue(definition.name || "box")} onChange={(icon) => set({ icon })} />
        </div>
        <FieldFrame label={t("Description")} className="col-span-full" error={errors.description}>
          {(ids) => (
            <TextArea
              id={ids.id}
              rows={2}
              placeholder={t("What is a record of this object?")}
              value={draft.description}
              onChange={(e) => set({ description: e.target.value })}
            />
          )}
        </FieldFrame>
        <div className="col-span-full">
          <PlanStrip plan={plan} idle={t("Type a label to see what will happen.")} />
        </div>
      </div>
    </Dialog>
  );
}
