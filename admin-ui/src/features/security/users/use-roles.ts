// The roles that a user can be given: those that are defined, and those that somebody has.
import { useQuery } from "@tanstack/react-query";
import { listComponents } from "@/api/metadata";
import type { Person } from "@/api/people";
import type { Choice } from "@/components/picker";
import { humanize } from "@/lib/text";

export interface RoleSummary {
  name: string;
  label?: string;
}

export function useRoles(people: Person[]): Choice[] {
  const query = useQuery({
    queryKey: ["components", "roles"],
    retry: false,
    staleTime: 30_000,
    queryFn: ({ signal }) => listComponents<RoleSummary>("roles", signal),
  });
  const defined = query.data ?? [];
  const held = people.flatMap((p) => p.roles).filter((name) => !defined.some((r) => r.name === name));
  return [...defined, ...[...new Set(held)].map((name) => ({ name }) as RoleSummary)].map((role) => ({
    id: role.name,
    label: role.label ?? humanize(role.name),
  }));
}
