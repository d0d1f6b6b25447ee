// What a list shows, as a view keeps it, and what is said of a view that is there already: only what differs, so that
// the rest of it stays as it was written.
import type { ViewWish } from "@/api/views";
import type { Catalog } from "@/catalog/catalog";
import { sortsAsStart } from "@/catalog/displays";
import type { ListViewDef, ObjectDef } from "@/catalog/types";
import { type ListState, listState, viewSlug } from "./list-state";
import { sortText } from "./sorting";

/** The definition of a view for others. */
export type Definition = Omit<ListViewDef, "name" | "own" | "left_out" | "written">;

/** What a list shows now, as a view keeps it. Conditions become part of its filter; what is "mine" stays a matter of
 * its scope. */
export function keptOf(object: ObjectDef, state: ListState, mine: boolean): Omit<Definition, "label"> {
  const { filter, where } = state.kept;
  // A calendar by one day only stands by a chosen one.
  const by = state.group ?? (state.span?.start && !state.span.chosen ? undefined : state.span?.end);
  const sort = keptSort(object, state);
  return {
    object: object.name,
    scope: mine ? "mine" : "all",
    columns: state.columns.map((c) => c.name),
    display: state.display,
    ...(state.pinned.length ? { pinned: state.pinned } : {}),
    ...(sort.length ? { sort } : {}),
    ...(filter ? { filter } : {}),
    ...(where ? { where } : {}),
    ...(by ? { group_by: by.name } : {}),
    ...(state.weighed ? { weight_by: state.weighed } : {}),
  };
}

/** A timeline is sorted by where its bars begin: what it is sorted by is also how a view keeps that. */
function keptSort(object: ObjectDef, { display, span, sort }: ListState): string[] {
  if (display !== "timeline") return sortText(sort);
  if (span?.chosen && span.start) return [span.start.name];
  return sortsAsStart(object, sortText(sort)) ? [] : sortText(sort);
}

const KEYS = ["columns", "pinned", "display", "sort", "filter", "where", "group_by", "weight_by"] as const;

/** What a list shows that the view it shows does not say; null takes a key away. */
export function wishOf(catalog: Catalog, object: ObjectDef, state: ListState): ViewWish {
  const untouched = listState(catalog, object, state.view ? { view: viewSlug(state.view) } : {});
  const [before, now] = [keptOf(object, untouched, false), keptOf(object, state, false)];
  const differs = (key: (typeof KEYS)[number]) => JSON.stringify(before[key]) !== JSON.stringify(now[key]);
  // Each display has a meaning of its own for what it is grouped by.
  const keys = KEYS.filter((key) => differs(key) || (key === "group_by" && differs("display")));
  return Object.fromEntries(keys.map((key) => [key, now[key] ?? null])) as ViewWish;
}

/** What puts a view back that was said anew. */
export const undoOf = (view: ListViewDef, wish: ViewWish): ViewWish =>
  Object.fromEntries(Object.keys(wish).map((key) => [key, view[key as keyof ListViewDef] ?? null])) as ViewWish;

/** Whether saying this of a view ends what of it one does not see: all but a new name does. */
export const overwrites = (view: ListViewDef, wish: ViewWish): boolean =>
  Boolean(view.left_out?.length) && Object.keys(wish).some((key) => key !== "label");
