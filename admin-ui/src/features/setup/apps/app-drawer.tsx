// Writing one app: what it is called, what its navigation holds, who sees it.
import { useState } from "react";
import { ComponentDrawer } from "@/changes/component-drawer";
import { cleaned, useComponents } from "@/changes/use-components";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { apiName, humanize, untaken } from "@/lib/text";
import { IconPicker } from "../icon-picker";
import { AppItems, type ItemDraft } from "./app-items";

export interface AppSource {
  name: string;
  label?: string;
  description?: string;
  icon?: string;
  extends?: string;
  items: ItemDraft[];
  shared_with?: Record<string, unknown>[];
  order?: number;
  active?: boolean;
  package?: string | null;
}

type Draft = Omit<AppSource, "name">;

interface AppDrawerProps {
  app: AppSource | undefined;
  label: string;
  all: AppSource[];
  onClose: () => void;
}

/** The definition as it is saved. */
function written(draft: Draft): Record<string, unknown> {
  const items = draft.items.map((item) => cleaned(item as unknown as Record<string, unknown>));
  const own = draft.extends ? { ...draft, label: "", icon: "", shared_with: [] } : draft;
  return { ...cleaned(own as unknown as Record<string, unknown>), items, active: draft.active !== false };
}

export function AppDrawer({ app, label, all, onClose }: AppDrawerProps) {
  const [draft, setDraft] = useState<Draft>(() => {
    const { name: _, ...rest } = app ?? { name: "", items: [] };
    return rest;
  });
  const set = (patch: Partial<Draft>) => setDraft((d) => ({ ...d, ...patch }));
  const taken = new Set(all.map((one) => one.name));
  const name = app?.name ?? untaken(apiName(draft.label ?? "").slice(0, 36) || "app", taken);
  const missing: Record<string, string> = {
    ...(draft.label?.trim() || draft.extends ? {} : { label: t("Give it a name.") }),
    ...(draft.items.length ? {} : { items: t("Add at least one object.") }),
  };
  return (
    <ComponentDrawer
      kind="apps"
      noun={t("app")}
      label={label || draft.label || t("the app")}
      existing={app?.name}
      name={name}
      definition={written(draft)}
      known={["label", "description", "icon", "items", "shared_with"]}
      missing={missing}
      onClose={onClose}
    >
      {(errors) => (
        <>
          {!draft.extends && (
            <>
              <FieldFrame label={t("Label")} required error={errors.label}>
                {(ids) => (
                  <TextInput
                    id={ids.id}
                    maxLength={80}
                    aria-invalid={ids.invalid || undefined}
                    value={draft.label ?? ""}
                    onChange={(e) => set({ label: e.target.value })}
                  />
                )}
              </FieldFrame>
              <IconPicker
                value={draft.icon ?? ""}
                hue={objectHue(app?.name ?? name)}
                onChange={(icon) => set({ icon })}
              />
            </>
          )}
          <AppItems items={draft.items} error={errors.items} onChange={(items) => set({ items })} />
          {!draft.extends && (
            <SharedWith
              parties={draft.shared_with ?? []}
              error={errors.shared_with}
              onChange={(shared_with) => set({ shared_with })}
            />
          )}
          <label className="flex items-center gap-2">
            <Checkbox checked={draft.active !== false} onChange={(e) => set({ active: e.target.checked })} />
            {t("The app is on")}
          </label>
          <p className="font-mono text-text-3 text-xs">{name}</p>
        </>
      )}
    </ComponentDrawer>
  );
}

interface SharedWithProps {
  parties: Record<string, unknown>[];
  error: string | undefined;
  onChange: (parties: Record<string, unknown>[]) => void;
}

/** Roles are chosen here; whom else it is shared with (teams, people) stays. */
function SharedWith({ parties, error, onChange }: SharedWithProps) {
  const roles = useComponents<{ name: string; label?: string }>("roles");
  const others = parties.filter((party) => typeof party.role !== "string");
  return (
    <FieldFrame
      label={t("Who sees it")}
      hint={t("Whoever has one of these roles. Its lines are shown to those who may see the records.")}
      error={error}
    >
      {(ids) => (
        <Select
          id={ids.id}
          multiple
          describedBy={ids.describedBy}
          label={t("Who sees it")}
          placeholder={others.length ? t("Nobody else") : t("Everybody")}
          choices={(roles.data ?? []).map((role) => ({ id: role.name, label: role.label || humanize(role.name) }))}
          value={parties.flatMap((party) => (typeof party.role === "string" ? [party.role] : []))}
          onChange={(names) => onChange([...others, ...names.map((role) => ({ role }))])}
        />
      )}
    </FieldFrame>
  );
}
