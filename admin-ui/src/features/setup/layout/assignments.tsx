// For whom a layout is: rows of role, record type and device, each of which must hold. Without any it is for everybody
// whom no other layout names.
import { Plus, Trash2 } from "lucide-react";
import { useCatalog } from "@/catalog/catalog";
import type { Assignment } from "@/catalog/types";
import { useComponents } from "@/changes/use-components";
import { Button, IconButton } from "@/components/button";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { useEditing } from "./editing";

type Key = keyof Assignment;

export function Assignments() {
  const { object, draft, change } = useEditing();
  const catalog = useCatalog();
  const roles = useComponents<{ name: string; label?: string }>("roles");
  const rows = draft.assign ?? [];
  const set = (assign: Assignment[]) =>
    change(({ assign: _, ...rest }) => ({ ...rest, ...(assign.length ? { assign } : {}) }), "");
  const patch = (at: number, key: Key, value: string | undefined) =>
    set(
      rows.map((row, i) => {
        if (i !== at) return row;
        const { [key]: _, ...kept } = row;
        return value ? { ...kept, [key]: value } : kept;
      }),
    );
  const types = catalog.recordTypesOf(object.name);
  const choices: Record<Key, { label: string; any: string; choices: { id: string; label: string }[] }> = {
    role: {
      label: t("Role"),
      any: t("Any role"),
      choices: (roles.data ?? []).map((role) => ({ id: role.name, label: role.label || humanize(role.name) })),
    },
    record_type: {
      label: t("Record type"),
      any: t("Any type"),
      choices: types.map((type) => {
        const name = type.name.split(".").slice(1).join(".");
        return { id: name, label: type.label || humanize(name) };
      }),
    },
    device: {
      label: t("Device"),
      any: t("Any device"),
      choices: [
        { id: "desktop", label: t("Desktops") },
        { id: "tablet", label: t("Tablets") },
        { id: "phone", label: t("Phones") },
      ],
    },
  };
  const keys = (["role", "record_type", "device"] as const).filter((key) => key !== "record_type" || types.length > 0);
  return (
    <section aria-label={t("For whom")} className="flex flex-col gap-2.5">
      <h2 className="font-semibold">{t("For whom")}</h2>
      {rows.length === 0 && (
        <p className="text-text-2 text-xs">{t("For everybody whom no other layout of this object names.")}</p>
      )}
      {rows.map((row, at) => (
        <fieldset
          key={at}
          aria-label={t("Assignment {n}", { n: at + 1 })}
          className="flex flex-col gap-1.5 rounded-control border border-line p-2"
        >
          {keys.map((key) => (
            <Select
              key={key}
              label={choices[key].label}
              placeholder={choices[key].any}
              clearable
              choices={choices[key].choices}
              value={row[key] ? [row[key]] : []}
              onChange={([next]) => patch(at, key, next)}
            />
          ))}
          <IconButton
            label={t("Remove assignment {n}", { n: at + 1 })}
            className="self-end"
            onClick={() => set(rows.filter((_, i) => i !== at))}
          >
            <Trash2 size={14} />
          </IconButton>
        </fieldset>
      ))}
      <Button look="outline" className="self-start" icon={<Plus size={13} />} onClick={() => set([...rows, {}])}>
        {t("Assign")}
      </Button>
      {rows.length > 1 && <p className="text-text-2 text-xs">{t("One of these is enough.")}</p>}
    </section>
  );
}
