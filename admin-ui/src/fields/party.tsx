// A person, a team or a role to choose: whom something is opened to, or whose records are meant. People are searched at
// the server, for there may be thousands; teams and roles are offered to those who may see them.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useRecordName } from "@/api/names";
import { listTeams } from "@/api/people";
import { listRecords } from "@/api/records";
import { useCatalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { useComponents } from "@/changes/use-components";
import { Avatar } from "@/components/bits";
import { FieldFrame } from "@/components/field-frame";
import type { Choice } from "@/components/picker";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { useDebounced } from "@/lib/use-debounced";

/** `{"team": "emea"}`, `{"role": …}`, `{"user": id}` or `{"everyone": true}`, as definitions hold it. */
export type Party = Record<string, unknown>;

/** "team:emea": a party as the id of a choice. */
export const partyId = (party: Party | undefined): string => {
  const [kind, name] = Object.entries(party ?? {})[0] ?? [];
  return kind ? `${kind}:${String(name)}` : "";
};

function partyOf(id: string): Party {
  const at = id.indexOf(":");
  const kind = id.slice(0, at);
  return kind === "everyone" ? { everyone: true } : { [kind]: id.slice(at + 1) };
}

/** People who can be chosen, by what is typed. */
function usePeople(object: ObjectDef | undefined, text: string) {
  return useQuery({
    queryKey: ["party", object?.name, text],
    enabled: Boolean(object),
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      if (!object) return [];
      const named = text ? [{ name: { contains: text } }] : [];
      const filter = { and: [{ kind: { eq: "person" } }, { active: { eq: true } }, ...named] };
      const request = { fields: ["id", "name", "email"], filter, sort: ["name"], limit: 20 };
      return (await listRecords(object, request, signal)).records;
    },
  });
}

function useGroups(): Choice[] {
  const may = useCatalog().may("manage_users");
  const teams = useQuery({
    queryKey: ["teams"],
    enabled: may,
    retry: false,
    queryFn: ({ signal }) => listTeams(signal),
  });
  const roles = useComponents<{ name: string; label?: string }>("roles");
  return [
    ...(teams.data ?? []).map((team) => ({
      id: `team:${team.name}`,
      label: team.label || humanize(team.name),
      group: t("Teams"),
    })),
    ...(roles.data ?? []).map((role) => ({
      id: `role:${role.name}`,
      label: role.label || humanize(role.name),
      group: t("Roles"),
    })),
  ];
}

interface PartySelectProps {
  label: string;
  value: Party | undefined;
  onChange: (party: Party | undefined) => void;
  error?: string | undefined;
  /** Offers everybody too, where a rule may open to all. */
  everyone?: boolean;
}

export function PartySelect({ label, value, onChange, error, everyone }: PartySelectProps) {
  const object = useCatalog().object("user");
  const [text, setText] = useState("");
  const settled = useDebounced(text.trim(), 160);
  const people = usePeople(object, settled);
  const groups = useGroups();
  const user = value && typeof value.user === "string" ? value.user : undefined;
  const name = useRecordName(object, user);
  const all: Choice[] = everyone ? [{ id: "everyone:true", label: t("Everybody"), group: t("All") }] : [];
  const fits = (choice: Choice) => choice.label.toLowerCase().includes(text.trim().toLowerCase());
  const choices: Choice[] = [
    ...[...all, ...groups].filter(fits),
    ...(people.data ?? []).map((person) => ({
      id: `user:${person.id}`,
      label: String(person.name ?? ""),
      group: t("People"),
      icon: <Avatar name={String(person.name ?? "")} size={18} />,
      detail: String(person.email ?? ""),
    })),
  ];
  const id = partyId(value);
  const known = [...all, ...groups].find((choice) => choice.id === id);
  const chosen: Choice[] = !value
    ? []
    : user
      ? [{ id, label: name ?? "…", icon: <Avatar name={name ?? ""} size={18} /> }]
      : [known ?? { id, label: humanize(String(Object.values(value)[0])) }];
  return (
    <FieldFrame label={label} error={error}>
      {(ids) => (
        <Select
          id={ids.id}
          describedBy={ids.describedBy}
          invalid={ids.invalid}
          label={label}
          placeholder={groups.length ? t("A team, a role or a person") : t("A person")}
          choices={choices}
          chosen={chosen}
          value={id ? [id] : []}
          onSearch={setText}
          busy={people.isFetching && choices.length === 0}
          onChange={([next]) => onChange(next ? partyOf(next) : undefined)}
        />
      )}
    </FieldFrame>
  );
}
