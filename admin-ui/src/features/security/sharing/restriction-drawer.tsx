// A restriction rule: of an object's records, those whom it applies to see only these, whatever else opens to them.
import { useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import { ComponentDrawer } from "@/changes/component-drawer";
import { cleaned } from "@/changes/use-components";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox } from "@/components/inputs";
import { Select } from "@/components/select";
import { type Party, PartySelect, partyId } from "@/fields/party";
import { FormulaEditor } from "@/formulas/formula-editor";

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
  let name = rule?.name ?? base;
  for (let n = 2; !rule && taken.has(name); n++) name = `${base}_${n}`;
  return (
    <ComponentDrawer
      kind="restriction-rules"
      noun="restriction"
      label={rule ? rule.name : "the restriction"}
      existing={rule?.name}
      name={name}
      definition={cleaned({ ...(rule ?? {}), ...draft, active: draft.active ? undefined : false })}
      known={["object", "when", "applies_to"]}
      missing={{
        ...(draft.when.trim() ? {} : { when: "Say which records they may see." }),
        ...(draft.applies_to ? {} : { applies_to: "Say whom it holds back." }),
      }}
      onClose={onClose}
    >
      {(errors) => (
        <>
          <FieldFrame label="Records of" error={errors.object}>
            {({ id }) => (
              <Select
                id={id}
                label="Records of"
                disabled={Boolean(rule)}
                choices={objects.map((o) => ({ id: o.name, label: o.plural_label }))}
                value={[draft.object]}
                onChange={([next]) => set({ object: next ?? draft.object })}
              />
            )}
          </FieldFrame>
          <PartySelect
            label="Holds back"
            everyone
            value={draft.applies_to}
            error={errors.applies_to}
            onChange={(applies_to) => set({ applies_to })}
          />
          {object && (
            <div className="flex flex-col gap-1">
              <h3 className="font-medium text-text-2 text-xs">They see only records where</h3>
              <FormulaEditor
                object={object}
                label="They see only records where"
                value={draft.when}
                expects="boolean"
                invalid={Boolean(errors.when)}
                placeholder='such as  region = "north"'
                onChange={(when) => set({ when })}
              />
              {errors.when && (
                <p role="alert" className="text-red text-xs">
                  {errors.when}
                </p>
              )}
            </div>
          )}
          <label className="flex items-center gap-2">
            <Checkbox checked={draft.active} onChange={(e) => set({ active: e.target.checked })} />
            In force
          </label>
          <p className="text-text-2 text-xs">
            Whatever a role, a share or a rule opens, the rest stays out of sight. Administrators are never held back.
          </p>
        </>
      )}
    </ComponentDrawer>
  );
}
