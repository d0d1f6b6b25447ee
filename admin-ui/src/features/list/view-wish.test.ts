import { expect, it } from "vitest";
import type { Me } from "@/api/session";
import { Catalog } from "@/catalog/catalog";
import type { ListViewDef, ObjectDef } from "@/catalog/types";
import type { ListSearch } from "./list-search";
import { listState } from "./list-state";
import { keptOf, overwrites, undoOf, wishOf } from "./view-wish";

const object: ObjectDef = {
  name: "job",
  plural: "jobs",
  label: "Job",
  plural_label: "Jobs",
  fields: [
    { name: "id", kind: "id", label: "ID", standard: true },
    { name: "name", kind: "text", label: "Name", standard: true },
    { name: "phase", kind: "picklist", label: "Phase", options: [{ value: "plan", label: "Plan" }] },
    { name: "customer", kind: "lookup", label: "Customer", to: "customer" },
    { name: "due", kind: "date", label: "Due" },
    { name: "seen", kind: "date", label: "Seen" },
    { name: "chance", kind: "percent", label: "Chance" },
  ],
};
const mine = {
  id: "v1",
  object: "job",
  label: "Next",
  scope: "team" as const,
  columns: ["phase"],
  sort: ["-customer"],
  filter: { phase: { eq: "plan" } },
};
const days = {
  id: "v2",
  object: "job",
  label: "Days",
  columns: ["name"],
  display: "calendar" as const,
  group_by: "seen",
};
const bootstrap = { revision: 1, user: null, objects: [object], own_views: [mine, days] };
const catalog = new Catalog(bootstrap, { user: { id: "u1" }, permissions: { system: [] } } as unknown as Me);

const shown = (search: ListSearch) => listState(catalog, object, search);
const wish = (search: ListSearch) => wishOf(catalog, object, shown(search));
const view = (left_out: string[]): ListViewDef => ({ ...mine, name: "job.v1", own: "v1", left_out });

it("says nothing of what is as the view has it, however that is written there", () => {
  expect(wish({ view: "v1" })).toEqual({});
  expect(wish({ view: "v1", q: "searched for" })).toEqual({});
  expect(wish({ view: "v2" })).toEqual({});
});

it("says each thing that was changed, and that alone", () => {
  expect(wish({ view: "v1", sort: "name" })).toEqual({ sort: ["name"] });
  expect(wish({ view: "v1", sort: "" })).toEqual({ sort: null });
  expect(wish({ view: "v1", cols: "name,due" })).toEqual({ columns: ["name", "due"] });
  expect(wish({ view: "v1", where: "due > today()" })).toEqual({ where: "due > today()" });
  expect(wish({ view: "v1", as: "board" })).toEqual({ display: "board", group_by: "phase" });
});

it("takes over what this browser has kept of pins and weights, and lets a view end them", () => {
  const arranged = { widths: {}, pinned: ["customer"], weight: "none" };
  const columns = { view: "v1", cols: "name,phase,customer" };
  const state = listState(catalog, object, columns, arranged);
  expect(wishOf(catalog, object, state)).toMatchObject({ pinned: ["customer"], weight_by: "none" });
  expect(keptOf(object, state, true)).toMatchObject({ pinned: ["customer"], weight_by: "none" });
  const own_views = [{ ...mine, columns: ["name", "phase"], pinned: ["phase"], weight_by: "chance" }];
  const held = new Catalog({ ...bootstrap, own_views }, { user: { id: "u1" }, permissions: { system: [] } } as never);
  const said = (more: object) => wishOf(held, object, listState(held, object, { view: "v1" }, { widths: {}, ...more }));
  expect(said({})).toEqual({});
  expect(said({ pinned: [] })).toEqual({ pinned: null });
  expect(said({ weight: "none" })).toEqual({ weight_by: "none" });
  expect(undoOf({ ...own_views[0], name: "job.v1" } as ListViewDef, { pinned: null, weight_by: "none" })).toEqual({
    pinned: ["phase"],
    weight_by: "chance",
  });
});

it("keeps the day that a calendar stands by, and ends it with the calendar", () => {
  expect(keptOf(object, shown({ view: "v2" }), false).group_by).toBe("seen");
  expect(wish({ view: "v2", group: "due" })).toEqual({ group_by: "due" });
  expect(wish({ view: "v2", as: "table" })).toEqual({ display: "table", group_by: null });
});

it("keeps where the bars of a timeline begin as its order, and nothing of what is only guessed", () => {
  const bars = { view: "v1", as: "timeline" as const };
  expect(wish(bars)).toEqual({ display: "timeline", group_by: "due" });
  expect(wish({ ...bars, group: "seen", start: "due" })).toEqual({
    display: "timeline",
    group_by: "seen",
    sort: ["due"],
  });
  expect(wish({ ...bars, sort: "seen", group: "due", start: "none" })).toMatchObject({ group_by: "due", sort: null });
});

it("puts back what was said, and takes away what was not there", () => {
  expect(undoOf(view([]), { sort: ["name"], where: "true", label: "Other" })).toEqual({
    sort: ["-customer"],
    where: null,
    label: "Next",
  });
});

it("overwrites what one does not see by everything but a name", () => {
  expect(overwrites(view([]), { sort: ["name"] })).toBe(false);
  expect(overwrites(view(["columns"]), { sort: ["name"] })).toBe(true);
  expect(overwrites(view(["columns"]), { label: "Other" })).toBe(false);
  expect(overwrites(view(["columns"]), {})).toBe(false);
});
