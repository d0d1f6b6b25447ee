// The groups behind a board or a grouped table, kept in step with the record store.
import { useEffect, useMemo, useReducer } from "react";
import { type Groups, type GroupValue, groupsFor } from "@/api/groups";
import type { ListRequest } from "@/api/records";
import { groupOptions } from "@/catalog/displays";
import type { FieldDef, ObjectDef } from "@/catalog/types";

export function useGroups(object: ObjectDef, request: ListRequest, field: FieldDef): Groups {
  const values = groupOptions(field).map((o) => o.value);
  const key = JSON.stringify([request, field.name, values]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the request is compared by its content.
  const { groups, known } = useMemo(
    () =>
      groupsFor(object, request, {
        path: field.name,
        values,
        valueOf: (record) => (record[field.name] as GroupValue | undefined) ?? null,
      }),
    [object.name, key],
  );
  const [, changed] = useReducer((n: number) => n + 1, 0);

  useEffect(() => {
    const detach = [groups.attach(), ...groups.all.map((group) => group.source.watch(changed))];
    for (const { source } of groups.all)
      if (known.includes(source) || source.stale) source.refresh();
      else source.want(0, 1);
    return () => {
      for (const stop of detach) stop();
    };
  }, [groups, known]);
  return groups;
}
