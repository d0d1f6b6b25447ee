import { expect, it } from "vitest";
import type { Me } from "@/api/session";
import { Catalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { readListSearch } from "./list-search";
import { conditionAst, listState } from "./list-state";

const object: ObjectDef = {
  name: "project",
  plural: "projects",
  label: "Project",
  plural_label: "Projects",
  fields: [
    { name: "id", kind: "id", label: "ID", standard: true },
    { name: "name", kind: "text", label: "Name", standard: true },
    { name: "owner", kind: "lookup", label: "Owner", to: "user", standard: true },
    { name: "phase", kind: "picklist", label: "Phase", options: [{ value: "plan", label: "Plan" }] },
    { name: "budget", kind: "currency", label: "Budget" },
    { name: "customer", kind: "lookup", label: "Customer", to: "customer" },
    { name: "done", kind: "boolean", label: "Done" },
    { name: "due", kind: "date", label: "Due" },
  ],
};
const me = { user: { id: "u1" }, permissions: { system: [], objects: {} } } as unknown as Me;
const views = [
  {
    name: "project.mine",
    object: "project",
    label: "Mine",
    scope: "mine" as const,
    columns: ["name", "customer"],
    sort: ["-customer"],
  },
  { name: "project.all", object: "project", label: "All", columns: ["budget", "phase"] },
  { name: "project.board", object: "project", label: "Board", columns: [], display: "board" as const },
];
const catalog = new Catalog({ revision: 1, user: null, objects: [object], list_views: views }, me);

it.each([
  [{ field: "phase", op: "in", value: ["plan"] }, { phase: { in: ["plan"] } }],
  [{ field: "phase", op: "in", value: [] }, null],
  [{ field: "budget", op: "between", value: ["10", undefined] }, { budget: { gte: "10" } }],
  [{ field: "customer", op: "in", value: [{ id: "c1", name: "Ann" }] }, { customer_id: { in: ["c1"] } }],
  [{ field: "customer", op: "name_contains", value: "an" }, { "customer.name": { contains: "an" } }],
  [{ field: "due", op: "within", value: "this_month" }, { due: { eq: "this_month" } }],
  [{ field: "done", op: "no" }, { or: [{ done: { eq: false } }, { done: { is_null: true } }] }],
  [{ field: "name", op: "empty" }, { name: { is_null: true } }],
  [{ field: "gone", op: "eq", value: 1 }, null],
])("compiles %j", (condition, ast) => {
  expect(conditionAst(object, condition)).toEqual(ast);
});

it("starts from the view, with the name first and nested names asked for", () => {
  const state = listState(catalog, object, {});
  expect(state.view?.name).toBe("project.all");
  expect(state.columns.map((c) => c.name)).toEqual(["name", "budget", "phase"]);
  const mine = listState(catalog, object, { view: "mine", q: "x" });
  expect(mine.request).toEqual({
    fields: ["id", "version", "name", "customer_id", "customer.name"],
    filter: { and: [{ owner_id: { eq: "u1" } }, { name: { contains: "x" } }] },
    where: undefined,
    sort: ["-customer.name"],
  });
});

it("shows a view as it says, or as the URL does", () => {
  const board = listState(catalog, object, { view: "board" });
  expect([board.display, board.group?.name]).toEqual(["board", "phase"]);
  expect(listState(catalog, object, { as: "board", group: "gone" }).group?.name).toBe("phase");
  expect(listState(catalog, object, { view: "board", as: "table" }).display).toBe("table");
  expect(listState(catalog, object, {}).displays).toEqual(["table", "board", "calendar", "timeline"]);
});

it("joins groups of conditions and formulas to what the view says", () => {
  const f = (field: string, op: string, value?: unknown) => ({ field, op, value });
  const fx = {
    join: "or" as const,
    items: [f("budget", "gte", "5"), { join: "and" as const, items: [f("done", "yes"), f("phase", "in", [])] }],
  };
  const state = listState(catalog, object, { fx, where: "budget > 1 OR done" });
  expect(state.request.filter).toEqual({ or: [{ budget: { gte: "5" } }, { done: { eq: true } }] });
  expect(state.request.where).toBe("budget > 1 OR done");
  expect(state.filtered).toBe(true);
});

it("arranges columns as remembered, unless the URL says otherwise", () => {
  const names = (search: object) =>
    listState(catalog, object, search, { cols: ["due"], widths: {} }).columns.map((c) => c.name);
  expect(names({})).toEqual(["name", "due"]);
  expect(names({ cols: "done" })).toEqual(["name", "done"]);
});

it("pins and weighs as the view says, unless somebody has it otherwise in this browser", () => {
  const chance = { name: "probability", kind: "percent", label: "Probability" };
  const rebate = { name: "rebate", kind: "percent", label: "Rebate" };
  const priced = { ...object, fields: [...object.fields, chance, rebate] };
  const view = {
    name: "project.priced",
    object: "project",
    label: "Priced",
    columns: ["phase", "budget", "customer.name"],
    pinned: ["customer.name", "gone", "name", "phase"],
    display: "board" as const,
    weight_by: "rebate",
  };
  const own = new Catalog({ revision: 1, user: null, objects: [priced], list_views: [view] }, me);
  const shown = (arranged?: object) => {
    const state = listState(own, priced, {}, arranged && { widths: {}, ...arranged });
    return [state.pinned.join(), state.weight?.name, state.rearranged];
  };
  expect(shown()).toEqual(["phase,customer", "rebate", false]);
  expect(shown({ pinned: ["customer", "phase"], weight: "rebate" })).toEqual(["phase,customer", "rebate", false]);
  expect(shown({ pinned: [] })).toEqual(["", "rebate", true]);
  expect(shown({ weight: "none" })).toEqual(["phase,customer", undefined, true]);
  expect(shown({ weight: "probability" })).toEqual(["phase,customer", "probability", true]);
  expect(listState(own, priced, { as: "table" }).request.fields).not.toContain("rebate");
});

it("reads the URL and forgives it", () => {
  expect(readListSearch({ q: 42, f: "no", sort: "", cols: "a,b", junk: 1 })).toEqual({
    view: undefined,
    q: "42",
    f: undefined,
    fx: undefined,
    where: undefined,
    sort: undefined,
    cols: "a,b",
    as: undefined,
    group: undefined,
    start: undefined,
    peek: undefined,
  });
});

it("is sorted as the address says, even by nothing, else as the view is", () => {
  const sort = (search: object) => listState(catalog, object, { view: "mine", ...search }).request.sort;
  expect(sort({})).toEqual(["-customer.name"]);
  expect(sort({ sort: "budget,-customer" })).toEqual(["budget", "-customer.name"]);
  expect(sort({ sort: "-" })).toEqual([]);
  expect(listState(catalog, object, { view: "mine", sort: "budget" }).ownSort).toEqual([
    { path: "customer.name", down: true },
  ]);
});

it("groups a table by a record that is named too, and a board by options alone", () => {
  const grouped = (search: object) => listState(catalog, object, { view: "all", ...search }).group?.name;
  expect(["phase", "done", "customer", "owner", "due"].map((group) => grouped({ group }))).toEqual([
    "phase",
    "done",
    "customer",
    "owner",
    undefined,
  ]);
  expect(grouped({ as: "board", group: "customer" })).toBe("phase");
  expect(listState(catalog, object, { group: "owner" }).request.fields).toContain("owner.name");
});

it("has the name once, also where a view names the field that it is taken from", () => {
  const title = { name: "title", kind: "text", label: "Title" };
  const task: ObjectDef = {
    ...object,
    fields: [...object.fields, title],
    name_field: { field: "title", label: "Title" },
  };
  const view = { name: "project.all", object: "project", label: "All", columns: ["title", "phase"] };
  const known = new Catalog({ revision: 1, user: null, objects: [task], list_views: [view] }, me);
  expect(listState(known, task, {}).columns.map((c) => c.name)).toEqual(["name", "phase"]);
});
