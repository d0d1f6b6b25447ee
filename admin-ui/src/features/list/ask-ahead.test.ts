import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { forgetGroups, groupsFor } from "@/api/groups";
import { forgetSources, sourceFor } from "@/api/list-source";
import type { Me } from "@/api/session";
import { Catalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { askAhead } from "./ask-ahead";
import type { ListSearch } from "./list-search";
import { listState } from "./list-state";
import { groupingBy } from "./use-groups";

const object: ObjectDef = {
  name: "job",
  plural: "jobs",
  label: "Job",
  plural_label: "Jobs",
  fields: [
    { name: "id", kind: "id", label: "ID", standard: true },
    { name: "name", kind: "text", label: "Name", standard: true },
    { name: "phase", kind: "picklist", label: "Phase", options: [{ value: "plan", label: "Plan" }] },
    { name: "due", kind: "date", label: "Due" },
  ],
};
const me = { user: { id: "u1" }, permissions: { system: [] } } as unknown as Me;
const catalog = new Catalog({ revision: 1, user: null, objects: [object] }, me);
let asked: string[] = [];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    return new Response(JSON.stringify({ data: [{ id: "r1", version: 1 }], pagination: { has_more: false } }));
  });
});
afterEach(() => {
  forgetSources();
  forgetGroups();
  vi.unstubAllGlobals();
});

/** What the page takes when it is drawn, after all answers. */
async function taken(search: ListSearch) {
  await new Promise((done) => setTimeout(done));
  const before = asked.length;
  const { group, request } = listState(catalog, object, search);
  const sources = group
    ? groupsFor(object, request, groupingBy(group)).groups.all.map(({ source }) => source)
    : [sourceFor(object, request).source];
  return { asked: before, more: asked.length - before, ahead: sources.map(({ ahead }) => ahead) };
}

it("asks for the rows that the page takes, which are news to it", async () => {
  const search: ListSearch = { sort: "-name" };
  askAhead(catalog, object, search);
  expect(await taken(search)).toEqual({ asked: 1, more: 0, ahead: [true] });
});

it("asks for each column of a board", async () => {
  const search: ListSearch = { as: "board", group: "phase" };
  askAhead(catalog, object, search);
  const { asked: columns, more, ahead } = await taken(search);
  expect([columns, more, ahead]).toEqual([ahead.length, 0, ahead.map(() => true)]);
});

it("leaves what one comes back to as old as it is", async () => {
  const { request } = listState(catalog, object, {});
  const { source } = sourceFor(object, request);
  await new Promise((done) => setTimeout(done));
  askAhead(catalog, object, {});
  expect([source.ahead, asked.length]).toEqual([false, 1]);
});

it("leaves a calendar to itself", () => {
  askAhead(catalog, object, { as: "calendar", group: "due" });
  expect(asked).toEqual([]);
});
