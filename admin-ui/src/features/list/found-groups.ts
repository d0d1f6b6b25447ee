// A table in groups of records that another record is named by: which there are, and how many each has, is asked first.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Aggregate, loadAggregates } from "@/api/aggregates";
import { type Grouping, type GroupValue, OTHERS } from "@/api/groups";
import type { ListRequest } from "@/api/records";
import type { GroupOption } from "@/catalog/displays";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { kindOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { useCountedAgain } from "./use-aggregates";

/** So many groups have a head of their own; all the rest stand in one. */
export const MOST_GROUPS = 100;
/** The most that the server counts at once. */
const COUNTED = 1000;

export interface FoundGroups {
  grouping: Grouping;
  options: GroupOption[];
}

/** Groups by name, then what is in none of the first of them, then what names no record. */
export function foundGroups(field: FieldDef, counted: Aggregate[]): FoundGroups {
  const kind = kindOf(field);
  const path = kind.filterPath(field);
  const idOf = (group: Record<string, unknown>) => (group[path] as GroupValue | undefined) ?? null;
  const named = counted.filter(({ group }) => idOf(group) !== null);
  const heads = named.slice(0, MOST_GROUPS).map(({ group, count }) => ({
    value: idOf(group),
    label: String(group[kind.sortPath(field) ?? path] ?? "") || t("Unnamed"),
    count: count as number | undefined,
  }));
  const rest = named.slice(MOST_GROUPS);
  if (rest.length) {
    const whole = counted.length < COUNTED;
    const count = whole ? rest.reduce((sum, one) => sum + one.count, 0) : undefined;
    heads.push({ value: OTHERS, label: t("All others"), count });
  }
  const none = counted.find(({ group }) => idOf(group) === null);
  if (none) heads.push({ value: null, label: t("No {field}", { field: field.label }), count: none.count });
  return {
    grouping: { path, values: heads.map((head) => head.value), counts: heads.map((head) => head.count), valueOf: idOf },
    options: heads.map(({ value, label }) => ({ value: value as string | null, label })),
  };
}

export function useFoundGroups(object: ObjectDef, request: ListRequest, field: FieldDef) {
  const kind = kindOf(field);
  const name = kind.sortPath(field) ?? field.name;
  useCountedAgain(object);
  const { data, error, refetch } = useQuery({
    queryKey: ["aggregate", object.name, request.filter, request.where, { groups: field.name }],
    queryFn: ({ signal }) => {
      const groupBy = [kind.filterPath(field), name];
      return loadAggregates(object, request, { groupBy, sort: [name], limit: COUNTED }, signal);
    },
  });
  const found = useMemo(() => data && foundGroups(field, data), [data, field]);
  return { found, error, refetch };
}
