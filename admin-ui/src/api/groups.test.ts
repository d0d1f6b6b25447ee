import { beforeEach, expect, it } from "vitest";
import { type Grouping, Groups, placeOf } from "./groups";
import { ListSource } from "./list-source";
import { recordStore } from "./record-store";
import type { ListRequest } from "./records";

const object = { name: "job", plural: "jobs" };
const grouping: Grouping = {
  path: "phase",
  values: ["plan", "done", null],
  valueOf: (record) => (record.phase as string | null | undefined) ?? null,
};

const rows = [
  { id: "1", version: 1, name: "a", phase: "plan", size: 9 },
  { id: "2", version: 1, name: "b", phase: "plan", size: 5 },
  { id: "3", version: 1, name: "c", phase: "done", size: 7 },
  { id: "4", version: 1, name: "d", phase: null, size: null },
];

/** Answers each group's request with the rows above, as the server would. */
function source(_: unknown, request: ListRequest): ListSource {
  const wanted = JSON.stringify(request.filter);
  return new ListSource(object, request, async () => {
    const records = rows.filter((r) => wanted.includes(r.phase ? `"eq":"${r.phase}"` : "is_null"));
    for (const r of records) recordStore.merge("job", { ...r });
    return { records, nextCursor: null, hasMore: false, total: records.length };
  });
}

let groups: Groups;
let detach: () => void;
const ids = () => groups.all.map((g) => g.source.loadedIds().join(""));

beforeEach(async () => {
  detach?.();
  recordStore.clear();
  for (const row of rows) recordStore.forget("job", row.id);
  groups = new Groups(object, { sort: ["-size"], filter: { size: { gt: 1 } } }, grouping, source);
  detach = groups.attach();
  for (const g of groups.all) g.source.want(0, 1);
  await new Promise((done) => setTimeout(done));
});

it("asks for each value with the list's own filter", () => {
  expect(ids()).toEqual(["12", "3", "4"]);
});

it("follows a change to its group, in the order of the list, and back when it is taken back", () => {
  const takeBack = recordStore.applyOptimistic("job", "3", { phase: "plan" });
  recordStore.announce({ type: "updated", object: "job", id: "3", fields: ["phase"] });
  expect(ids()).toEqual(["132", "", "4"]);
  expect(groups.all.map((g) => g.source.total)).toEqual([3, 0, 1]);
  takeBack();
  recordStore.announce({ type: "updated", object: "job", id: "3", fields: ["phase"] });
  expect(ids()).toEqual(["12", "3", "4"]);
});

it("lets a record go that has a value without a group", () => {
  recordStore.applyOptimistic("job", "1", { phase: "retired" });
  recordStore.announce({ type: "updated", object: "job", id: "1", fields: ["phase"] });
  expect(ids()).toEqual(["2", "3", "4"]);
});

it.each([
  [["-size"], { size: 6 }, 1],
  [["size"], { size: 6 }, 0],
  [["-size"], { size: null }, 2],
  [["name"], { name: "ab" }, 1],
  [[], { size: 6 }, 0],
])("places by %j", (sort, record, row) => {
  expect(placeOf("job", ["1", "2"], { id: "x", ...record }, sort)).toBe(row);
});

it("asks for a counted group when it comes into sight, and takes what is in none of them for the others", async () => {
  const asked: string[] = [];
  const counted = { path: "customer_id", values: ["c1", "*", null], counts: [3, 2, 1], valueOf: () => null };
  const made = new Groups(object, {}, counted, (_, request) => {
    return new ListSource(object, request, async () => {
      asked.push(JSON.stringify(request.filter));
      return { records: [], nextCursor: null, hasMore: false, total: 0 };
    });
  });
  expect(made.all.map(({ source }) => [source.rows, source.counted, source.pending])).toEqual([
    [3, true, true],
    [2, true, true],
    [1, true, true],
  ]);
  made.refresh();
  expect(asked).toEqual([]);
  expect([made.find("c1"), made.find("c9"), made.find(null)]).toEqual(made.all);
  for (const { source } of made.all) source.want(0, 1);
  await new Promise((done) => setTimeout(done));
  expect(asked).toEqual([
    '{"customer_id":{"eq":"c1"}}',
    '{"and":[{"customer_id":{"is_null":false}},{"customer_id":{"not_in":["c1"]}}]}',
    '{"customer_id":{"is_null":true}}',
  ]);
  made.expect([9, 9, 9]);
  expect(made.all.map(({ source }) => source.rows)).toEqual([0, 0, 0]);
});
