// A restriction rule: of an object's records, those whom it applies to see only these, whatever else opens to them.
import { useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import { ComponentDrawer } from "@/changes/component-drawer";
import { cleaned } from "@/changes/use-components";
import { Checkbox } from "@/components/inputs";
import { type Party, PartySelect, partyId } from "@/fields/party";
import { FormulaField } from "@/formulas/formula-field";
import { t } from "@/lib/i18n";
import { untaken } from "@/lib/text";
import { Matches } from "./matches";
import { ObjectOfRule } from "./object-of-rule";

export interface RestrictionRule {
  name: string;
  object: string;
  label?: string;
  when: string;
  applies_to: Party;
  active?: boolean;
  package?: string | null;
}

interface RestrictionDrawerProps {
  rule: RestrictionRule | undefined;
  startWith: string | undefined;
  taken: Set<string>;
  onClose: () => void;
}

export function RestrictionDrawer({ rule, startWith, taken, onClose }: RestrictionDrawerProps) {
  const catalog = useCatalog();
  const objects = catalog.objects.filter((o) => !o.system);
  const [draft, setDraft] = useState({
    object: rule?.object ?? startWith ?? objects[0]?.name ?? "",
    when: rule?.when ?? "",
    applies_to: rule?.applies_to as Party | undefined,
    active: rule?.active !== false,
  });
  const set = (patch: Partial<typeof draft>) => setDraft((d) => ({ ...d, ...patch }));
  const object = catalog.object(draft.object);
  const word = (partyId(draft.applies_to).split(":")[1] ?? "").replace(/[^a-z0-9_]/g, "").slice(0, 24);
  const base = `${draft.object}.only_for_${word || "all"}`;
  const name = rule?.name ?? untaken(base, taken);
  return (
    <ComponentDrawer
      kind="restriction-rules"
      noun={t("restriction")}
      label={rule ? rule.name : t("the restriction")}
      existing={rule?.name}
      name={name}
      definition={cleaned({ ...(rule ?? {}), ...draft, active: draft.active ? undefined : false })}
      known={["object", "when", "applies_to"]}
      missing={{
        ...(draft.when.trim() ? {} : { when: t("Say which records they may see.") }),
        ...(draft.applies_to ? {} : { applies_to: t("Say whom it holds back.") }),
      }}
      aboutAccess
      onClose={onClose}
    >
      {(errors) => (
        <>
          <ObjectOfRule
            value={draft.object}
            fixed={Boolean(rule)}
            error={errors.object}
            onChange={(object) => set({ object })}
          />
          <PartySelect
            label={t("Holds back")}
            everyone
            value={draft.applies_to}
            error={errors.applies_to}
            onChange={(applies_to) => set({ applies_to })}
          />
          {object && (
            <FormulaField
              object={object}
              label={t("They see only records where")}
              value={draft.when}
              expects="boolean"
              error={errors.when}
              placeholder={t('such as  region = "north"')}
              onChange={(when) => set({ when })}
            />
          )}
          {object && <Matches object={object} when={draft.when} />}
          <label className="flex items-center gap-2">
            <Checkbox checked={draft.active} onChange={(e) => set({ active: e.target.checked })} />
            {t("In force")}
          </label>
          <p className="text-text-2 text-xs">
            {t(
              "Whatever a role, a share or a rule opens, the rest stays out of sight. Administrators are never held back.",
            )}
          </p>
        </>
      )}
    </ComponentDrawer>
  );
}
