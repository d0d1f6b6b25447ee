// What a list shows: the view it starts from, and what the URL changes about it.
import type { ListRequest } from "@/api/records";
import type { Catalog } from "@/catalog/catalog";
import {
  boardField,
  calendarDays,
  changedField,
  type Days,
  type Display,
  displaysOf,
  pathField,
  sinceField,
  tableGroup,
  timelineDays,
  weightField,
} from "@/catalog/displays";
import { columnFields, defaultColumns, fieldOf, nameSource } from "@/catalog/fields";
import type { FieldDef, ListViewDef, ObjectDef } from "@/catalog/types";
import { kindOf } from "@/fields/registry";
import type { Arrangement } from "@/lib/arrangement";
import { type Ast, all, type Condition, compare, type FilterTree, treeAst } from "@/lib/filter";
import type { ListSearch } from "./list-search";
import { type SortKey, sortKeys, sortText } from "./sorting";

export interface ListState {
  view: ListViewDef | undefined;
  views: ListViewDef[];
  /** The view whose address is that of the list. */
  opening: ListViewDef | undefined;
  display: Display;
  displays: Display[];
  columns: FieldDef[];
  /** What the rows or cards are grouped by, if they are. */
  group: FieldDef | undefined;
  /** The days that calendars and timelines stand by. */
  span: Days | undefined;
  /** Columns that stay in sight beside the first one. */
  pinned: string[];
  /** The number that a board weighs its amounts by. */
  weight: FieldDef | undefined;
  /** The word that says so, of the view or of who looks at it. */
  weighed: string | undefined;
  /** Pins or weights are not those of the view. */
  rearranged: boolean;
  sort: SortKey[];
  /** What the view is sorted by. */
  ownSort: SortKey[];
  conditions: Condition[];
  text: string;
  tree: FilterTree | undefined;
  where: string;
  /** Something beyond the view narrows the list. */
  filtered: boolean;
  request: ListRequest;
  /** What a saved view keeps of the filter: without the text that is searched for and without whose view it is. */
  kept: { filter: Ast | null; where: string | undefined };
}

/** "project.all" is "all" in the URL. */
export const viewSlug = (view: ListViewDef): string => view.name.split(".").pop() ?? view.name;

export function conditionAst(object: ObjectDef, condition: Condition): Ast | null {
  const field = fieldOf(object, condition.field);
  if (!field) return null;
  const kind = kindOf(field);
  const operator = kind.operators.find((o) => o.id === condition.op);
  return operator?.compile(kind.filterPath(field), condition.value) ?? null;
}

/** Columns by name; unknown ones drop out, the name is always there and first. The field that the name is taken from is the name. */
function columnsOf(object: ObjectDef, names: string[]): FieldDef[] {
  const source = nameSource(object);
  const found = names
    .map((name) => fieldOf(object, name === source ? "name" : name))
    .filter((f): f is FieldDef => Boolean(f));
  const unique = found.filter((f, i) => found.findIndex((g) => g.name === f.name) === i && f.kind !== "id");
  const named = unique.find((f) => f.name === "name") ?? columnFields(object)[0];
  return named ? [named, ...unique.filter((f) => f.name !== named.name)] : unique;
}

/** Which of the columns are pinned by these names. The first one stays in sight anyhow. */
function pinsAmong(object: ObjectDef, columns: FieldDef[], names: string[] = []): string[] {
  const pinned = new Set(names.map((name) => fieldOf(object, name)?.name));
  return columns.slice(1).flatMap(({ name }) => (pinned.has(name) ? [name] : []));
}

/** The view that a list shows: as the URL says, else the one that it opens with. */
export function viewOf(catalog: Catalog, object: ObjectDef, search: ListSearch): ListViewDef | undefined {
  const views = catalog.listViews(object.name);
  return views.find((v) => viewSlug(v) === search.view) ?? catalog.openingView(object.name);
}

/** Under what the arrangement of a view's columns is remembered. */
export const arrangementKey = (object: ObjectDef, view: ListViewDef | undefined): string =>
  `${object.name}.${view ? viewSlug(view) : ""}`;

/** Two formulas that must both hold. */
const both = (a: string | undefined, b: string): string | undefined =>
  a && b ? `(${a}) AND (${b})` : a || b || undefined;

export function listState(catalog: Catalog, object: ObjectDef, search: ListSearch, arranged?: Arrangement): ListState {
  const views = catalog.listViews(object.name);
  const view = viewOf(catalog, object, search);
  const names = search.cols?.split(",") ?? arranged?.cols ?? view?.columns ?? defaultColumns(object);
  const columns = columnsOf(object, names);
  const ownSort = sortKeys(object, view?.sort ?? []);
  const sort = search.sort === undefined ? ownSort : sortKeys(object, search.sort.split(","));
  const conditions = search.f ?? [];
  const text = search.q ?? "";
  const mine = view?.scope === "mine" ? compare("owner_id", "eq", catalog.me.user.id) : null;
  const chosen = [
    (view?.filter as Ast | undefined) ?? null,
    ...conditions.map((c) => conditionAst(object, c)),
    search.fx ? treeAst(search.fx, (c) => conditionAst(object, c)) : null,
  ];
  const filter = all([mine, text ? compare("name", "contains", text) : null, ...chosen]);
  const where = search.where ?? "";
  const formula = both(view?.where, where);
  const displays = displaysOf(object);
  const wanted = search.as ?? view?.display ?? "table";
  const display = displays.includes(wanted) ? wanted : "table";
  const group =
    display === "board"
      ? boardField(object, view, search.group)
      : display === "table"
        ? tableGroup(object, view, search.group)
        : undefined;
  const span =
    display === "calendar"
      ? calendarDays(object, view, search.group)
      : display === "timeline"
        ? timelineDays(object, view, { start: search.start, end: search.group })
        : undefined;
  const steps = span && pathField(object, views);
  const fields = new Set(["id", "version", "name"]);
  const pinned = pinsAmong(object, columns, arranged?.pinned ?? view?.pinned);
  const wished = arranged?.weight ?? view?.weight_by;
  const weighs = weightField(object, wished);
  // A field that is there no more is not kept either.
  const weighed = wished === "none" || weighs?.name === wished ? wished : undefined;
  const weight = display === "board" ? weighs : undefined;
  if (weight) fields.add(weight.name);
  const since = display === "board" && group ? (sinceField(object, group) ?? changedField(object)) : undefined;
  if (since) fields.add(since.name);
  for (const field of [...columns, ...(group ? [group] : []), ...(steps ? [steps] : []), ...(span ? [span.end] : [])])
    for (const path of kindOf(field).paths(field)) fields.add(path);
  return {
    view,
    views,
    opening: catalog.openingView(object.name),
    display,
    displays,
    columns,
    group,
    span,
    pinned,
    weight,
    weighed,
    rearranged:
      weighs !== weightField(object, view?.weight_by) ||
      pinned.join() !== pinsAmong(object, columns, view?.pinned).join(),
    sort,
    ownSort,
    conditions,
    text,
    tree: search.fx,
    where,
    filtered: Boolean(text || conditions.length || search.fx?.items.length || where),
    request: { fields: [...fields], filter, where: formula, sort: sortText(sort) },
    kept: { filter: all(chosen), where: formula },
  };
}
