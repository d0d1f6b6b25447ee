// How a record is asked for: the same for the page, the panel, and whoever asks ahead of them.
import { queryOptions } from "@tanstack/react-query";
import { loadRecord } from "@/api/records";
import type { Catalog } from "@/catalog/catalog";
import { RECORD_TYPE } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { kindOf } from "@/fields/registry";

/** What was asked for ahead is new enough for the page that opens then. */
const JUST_ASKED_MS = 2000;

/** Everything that the page shows: own values, and the names of what they point to. */
function pathsOf(object: ObjectDef): string[] {
  const paths = new Set(["id", "name", "version"]);
  if (object.fields.some((field) => field.name === RECORD_TYPE)) paths.add(RECORD_TYPE);
  for (const field of object.fields) for (const path of kindOf(field).paths(field)) paths.add(path);
  return [...paths];
}

export function recordQuery(catalog: Catalog, object: ObjectDef, id: string) {
  return queryOptions({
    queryKey: ["record", object.name, id, catalog.revision],
    queryFn: ({ signal }) => loadRecord(object, id, pathsOf(object), signal),
    staleTime: JUST_ASKED_MS,
    refetchOnWindowFocus: true,
  });
}
