// A sharing rule: which records, to whom, and how far.
import { useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import { ComponentDrawer } from "@/changes/component-drawer";
import { cleaned } from "@/changes/use-components";
import { Segments } from "@/components/segments";
import { type Party, PartySelect, partyId } from "@/fields/party";
import { FormulaField } from "@/formulas/formula-field";
import { t } from "@/lib/i18n";
import { untaken } from "@/lib/text";
import { Matches } from "./matches";
import { ObjectOfRule } from "./object-of-rule";

export interface SharingRule {
  name: string;
  object: string;
  when?: string;
  owned_by?: Party;
  share_with: Party;
  access: "read" | "edit";
  label?: string;
  package?: string | null;
}

interface SharingDrawerProps {
  rule: SharingRule | undefined;
  startWith: string | undefined;
  taken: Set<string>;
  onClose: () => void;
}

function nameFor(object: string, draft: Draft, taken: Set<string>): string {
  const about = draft.kind === "owner" ? draft.owned_by : draft.share_with;
  const word = (partyId(about).split(":")[1] ?? "").replace(/[^a-z0-9_]/g, "").slice(0, 30);
  const base = `${object}.${draft.kind === "owner" ? "owned_by" : "shared_with"}_${word || "all"}`.slice(0, 76);
  return untaken(base, taken);
}

interface Draft {
  object: string;
  kind: "criteria" | "owner";
  when: string;
  owned_by: Party | undefined;
  share_with: Party | undefined;
  access: "read" | "edit";
}

export function SharingDrawer({ rule, startWith, taken, onClose }: SharingDrawerProps) {
  const catalog = useCatalog();
  const objects = catalog.objects.filter((o) => !o.system);
  const [draft, setDraft] = useState<Draft>({
    object: rule?.object ?? startWith ?? objects[0]?.name ?? "",
    kind: rule?.owned_by ? "owner" : "criteria",
    when: rule?.when ?? "",
    owned_by: rule?.owned_by,
    share_with: rule?.share_with,
    access: rule?.access ?? "read",
  });
  const set = (patch: Partial<Draft>) => setDraft((d) => ({ ...d, ...patch }));
  const object = catalog.object(draft.object);
  const byOwner = draft.kind === "owner";
  const name = rule?.name ?? nameFor(draft.object, draft, taken);
  const definition = cleaned({
    ...(rule ?? {}),
    object: draft.object,
    when: byOwner ? undefined : draft.when,
    owned_by: byOwner ? draft.owned_by : undefined,
    share_with: draft.share_with,
    access: draft.access,
  });
  const missing: Record<string, string> = {
    ...(byOwner || draft.when.trim() ? {} : { when: t("Say which records.") }),
    ...(!byOwner || draft.owned_by ? {} : { owned_by: t("Say whose records.") }),
    ...(draft.share_with ? {} : { share_with: t("Say with whom.") }),
  };
  return (
    <ComponentDrawer
      kind="sharing-rules"
      noun={t("sharing rule")}
      label={rule ? rule.name : t("the sharing rule")}
      existing={rule?.name}
      name={name}
      definition={definition}
      known={["object", "when", "owned_by", "share_with", "access"]}
      missing={missing}
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
          <Segments
            label={t("Which of them")}
            value={draft.kind}
            choices={[
              { id: "criteria", label: t("Those that match") },
              { id: "owner", label: t("Those that somebody owns") },
            ]}
            onChange={(kind) => set({ kind: kind as Draft["kind"] })}
          />
          {byOwner ? (
            <PartySelect
              label={t("Owned by")}
              value={draft.owned_by}
              error={errors.owned_by}
              onChange={(owned_by) => set({ owned_by })}
            />
          ) : (
            object && (
              <FormulaField
                object={object}
                label={t("Where")}
                value={draft.when}
                expects="boolean"
                error={errors.when}
                placeholder={t('such as  region = "north"')}
                onChange={(when) => set({ when })}
              />
            )
          )}
          {object &&
            (byOwner ? (
              <Matches object={object} owner={draft.owned_by} />
            ) : (
              <Matches object={object} when={draft.when} />
            ))}
          <PartySelect
            label={t("Are opened to")}
            everyone
            value={draft.share_with}
            error={errors.share_with}
            onChange={(share_with) => set({ share_with })}
          />
          <Segments
            label={t("How far")}
            value={draft.access}
            choices={[
              { id: "read", label: t("They may see them") },
              { id: "edit", label: t("They may edit them") },
            ]}
            onChange={(access) => set({ access: access as Draft["access"] })}
          />
          <p className="text-text-2 text-xs">
            {t("A rule opens records only to those whose role has the action at all.")}{" "}
            <span className="font-mono text-text-3">{name}</span>
          </p>
        </>
      )}
    </ComponentDrawer>
  );
}
