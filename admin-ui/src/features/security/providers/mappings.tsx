// What membership of a group gives: roles and teams.
import { Plus, X } from "lucide-react";
import type { Mapping } from "@/api/providers";
import { Button, IconButton } from "@/components/button";
import { TextInput } from "@/components/inputs";
import type { Choice } from "@/components/picker";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";

interface MappingsProps {
  mappings: Mapping[];
  roles: Choice[];
  teams: Choice[];
  onChange: (mappings: Mapping[]) => void;
}

export function Mappings({ mappings, roles, teams, onChange }: MappingsProps) {
  const put = (at: number, patch: Partial<Mapping>) =>
    onChange(mappings.map((mapping, i) => (i === at ? { ...mapping, ...patch } : mapping)));
  return (
    <div className="flex flex-col gap-3">
      {mappings.map((mapping, at) => (
        <div key={at} className="flex flex-col gap-2 rounded-control border border-line p-2">
          <div className="flex items-center gap-2">
            <TextInput
              aria-label={t("Group")}
              placeholder={t("Group")}
              value={mapping.group}
              onChange={(event) => put(at, { group: event.target.value })}
            />
            <IconButton
              label={t("Remove {name}", { name: mapping.group || t("Group") })}
              onClick={() => onChange(mappings.filter((_, i) => i !== at))}
            >
              <X size={14} />
            </IconButton>
          </div>
          <Select
            multiple
            label={t("Roles")}
            placeholder={t("Roles")}
            choices={roles}
            value={mapping.roles}
            onChange={(next) => put(at, { roles: next })}
          />
          <Select
            multiple
            label={t("Teams")}
            placeholder={t("Teams")}
            choices={teams}
            value={mapping.teams}
            onChange={(next) => put(at, { teams: next })}
          />
        </div>
      ))}
      <Button
        look="outline"
        className="self-start"
        icon={<Plus size={14} />}
        onClick={() => onChange([...mappings, { group: "", roles: [], teams: [] }])}
      >
        {t("Add group")}
      </Button>
    </div>
  );
}
