// The groups behind a board, kept in step with the record store.
import { useEffect, useMemo, useReducer } from "react";
import { type Groups, type GroupValue, groupsFor } from "@/api/groups";
import type { ListRequest } from "@/api/records";
import type { FieldDef, ObjectDef, Option } from "@/catalog/types";
import { t } from "@/lib/i18n";

/** The columns of a board: the options in use, and one for records without a value. */
export function columnsOf(field: FieldDef): Option[] {
  const options = (field.options ?? []).filter((o) => o.active !== false);
  return field.required ? options : [...options, { value: "", label: t("No {field}", { field: field.label }) }];
}

export const valueOfColumn = (option: Option): GroupValue => option.value || null;

export function useGroups(object: ObjectDef, request: ListRequest, field: FieldDef): Groups {
  const columns = columnsOf(field);
  const key = JSON.stringify([request, field.name, columns.map((o) => o.value)]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the request is compared by its content.
  const { groups, known } = useMemo(
    () =>
      groupsFor(object, request, {
        path: field.name,
        values: columns.map(valueOfColumn),
        valueOf: (record) => (record[field.name] as GroupValue | undefined) ?? null,
      }),
    [object.name, key],
  );
  const [, changed] = useReducer((n: number) => n + 1, 0);

  useEffect(() => {
    const detach = [groups.attach(), ...groups.all.map((group) => group.source.watch(changed))];
    if (known) groups.refresh();
    else for (const group of groups.all) group.source.want(0, 1);
    return () => {
      for (const stop of detach) stop();
    };
  }, [groups, known]);
  return groups;
}
