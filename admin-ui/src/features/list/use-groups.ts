// The groups behind a board or a grouped table, kept in step with the record store.
import { useEffect, useMemo, useReducer } from "react";
import { whenBack } from "@/api/client";
import { type Grouping, type Groups, type GroupValue, groupsFor } from "@/api/groups";
import type { RecordData } from "@/api/record-store";
import type { ListRequest } from "@/api/records";
import { groupOptions } from "@/catalog/displays";
import type { FieldDef, ObjectDef } from "@/catalog/types";

/** By what records stand in groups: the values of a field that are known beforehand. */
export const groupingBy = (field: FieldDef): Grouping => ({
  path: field.name,
  values: groupOptions(field).map((o) => o.value),
  valueOf: (record: RecordData) => (record[field.name] as GroupValue | undefined) ?? null,
});

export function useGroups(object: ObjectDef, request: ListRequest, grouping: Grouping): Groups {
  const key = JSON.stringify([request, grouping.path, grouping.values]);
  const counts = JSON.stringify(grouping.counts);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the request is compared by its content.
  const { groups, known } = useMemo(() => groupsFor(object, request, grouping), [object.name, key]);
  const [, changed] = useReducer((n: number) => n + 1, 0);

  useEffect(() => {
    const detach = [groups.attach(), ...groups.all.map((group) => group.source.watch(changed))];
    for (const { source } of groups.all) {
      if ((known.includes(source) && !source.ahead) || source.stale) source.refresh();
      else if (!source.counted) source.want(0, 1);
      source.ahead = false;
    }
    return () => {
      for (const stop of detach) stop();
    };
  }, [groups, known]);

  useEffect(() => whenBack(() => groups.refresh()), [groups]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: counts are compared by what they are.
  useEffect(() => groups.expect(grouping.counts), [groups, counts]);
  return groups;
}
