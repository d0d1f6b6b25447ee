// Asks for what a list shows as soon as it is known what that is, before the page around it is drawn.
import { groupsFor } from "@/api/groups";
import { sourceFor } from "@/api/list-source";
import type { Catalog } from "@/catalog/catalog";
import { isToOne } from "@/catalog/displays";
import type { ObjectDef } from "@/catalog/types";
import { arrangementOf } from "@/lib/arrangement";
import type { ListSearch } from "./list-search";
import { arrangementKey, listState, viewOf } from "./list-state";
import { groupingBy } from "./use-groups";

/** The page takes the same sources, so that nothing is asked for twice. A calendar knows by itself which days it shows. */
export function askAhead(catalog: Catalog, object: ObjectDef, search: ListSearch): void {
  const key = arrangementKey(object, viewOf(catalog, object, search));
  const { display, group, request } = listState(catalog, object, search, arrangementOf(key).get());
  // Which records it is grouped by is to be asked first.
  if (group && isToOne(group)) return;
  if (group && (display === "table" || display === "board")) {
    const { groups, known } = groupsFor(object, request, groupingBy(group));
    for (const { source } of groups.all) source.ahead ||= !known.includes(source);
  } else if (display === "table") {
    const { source, known } = sourceFor(object, request);
    source.ahead ||= !known;
  }
}
