// Whose eyes the page is looked at with: those of everybody who has a role, and on which device. What the role does not
// see is shown as left out, so that one still knows where it stands.
import { useMemo, useState } from "react";
import type { Situation } from "@/catalog/assignment";
import { layoutFor } from "@/catalog/assignment";
import { useCatalog } from "@/catalog/catalog";
import { effective, fieldGiven, type RoleDef } from "@/catalog/role-rights";
import type { ObjectDef } from "@/catalog/types";
import { useComponents } from "@/changes/use-components";
import { FieldFrame } from "@/components/field-frame";
import { Segments } from "@/components/segments";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

export interface Eyes {
  device: Situation["device"];
  role: string | undefined;
  /** Whether a field of the object is seen. */
  sees: (field: string) => boolean;
  /** Whether records of an object are seen at all. */
  reads: (object: string) => boolean;
  choose: (patch: { device?: Situation["device"]; role?: string | undefined }) => void;
  roles: RoleDef[];
}

const everything = () => true;

export function useEyes(object: ObjectDef): Eyes {
  const query = useComponents<RoleDef>("roles");
  const [{ device, role }, set] = useState<{ device: Situation["device"]; role: string | undefined }>({
    device: "desktop",
    role: undefined,
  });
  const roles = query.data ?? [];
  const sight = useMemo(() => {
    const all = new Map((query.data ?? []).map((one) => [one.name, one]));
    const chosen = role ? all.get(role) : undefined;
    if (!chosen) return { sees: everything, reads: everything };
    return {
      sees: (field: string) => fieldGiven(all, chosen, `${object.name}.${field}`, "read").given,
      reads: (other: string) => effective(all, chosen, other, "read").reach !== "none",
    };
  }, [query.data, role, object.name]);
  return { device, role, roles, ...sight, choose: (patch) => set((before) => ({ ...before, ...patch })) };
}

export function PreviewAs({ object, layout, eyes }: { object: ObjectDef; layout: string; eyes: Eyes }) {
  const catalog = useCatalog();
  const { device, role, roles } = eyes;
  const theirs = role ? layoutFor(catalog.layoutsOf(object.name), { roles: [role], device }) : undefined;
  const label = (one: RoleDef | undefined) => one?.label || humanize(one?.name ?? "");
  const who = label(roles.find((one) => one.name === role));
  return (
    <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
      <FieldFrame label={t("Preview as")} className="w-52">
        {({ id }) => (
          <Select
            id={id}
            label={t("Preview as")}
            placeholder={t("Who edits the layout")}
            clearable
            choices={roles.map((one) => ({ id: one.name, label: label(one) }))}
            value={role ? [role] : []}
            onChange={([next]) => eyes.choose({ role: next })}
          />
        )}
      </FieldFrame>
      <Segments
        label={t("Device")}
        value={device}
        choices={[
          { id: "desktop", label: t("Desktop") },
          { id: "phone", label: t("Phone") },
        ]}
        onChange={(next) => eyes.choose({ device: next as Situation["device"] })}
      />
      {role && !eyes.reads(object.name) && (
        <p role="note" className="basis-full text-amber text-xs">
          {t("{role} sees no records of this object.", { role: who })}
        </p>
      )}
      {theirs && theirs.name !== layout && eyes.reads(object.name) && (
        <p role="note" className="basis-full text-text-2 text-xs">
          {t("There, {role} gets the layout {layout}.", { role: who, layout: theirs.name })}
        </p>
      )}
    </div>
  );
}
