import { expect, it, vi } from "vitest";
import { GroupedRows } from "./grouped-rows";
import { Groups } from "./groups";
import { ListSource } from "./list-source";

// Nothing is drawn here that could be waited for.
vi.mock("@/lib/when-idle", () => ({
  whenIdle: (work: () => void) => {
    work();
    return () => {};
  },
}));

const sizes: Record<string, number> = { a: 2, b: 0, c: 130 };

async function grouped() {
  const asked: string[] = [];
  const groups = new Groups(
    { name: "job", plural: "jobs" },
    {},
    { path: "phase", values: ["a", "b", "c"], valueOf: () => null },
    (object, request) => {
      const value = JSON.stringify(request.filter).match(/"eq":"(\w)"/)?.[1] ?? "";
      return new ListSource(object, request, async ({ page = 1, limit = 100, includeTotal }) => {
        if (!includeTotal) asked.push(`${value}${page}`);
        const all = Array.from({ length: sizes[value] ?? 0 }, (_, i) => ({ id: `${value}${i}` }));
        const records = all.slice((page - 1) * limit, page * limit);
        return { records, nextCursor: null, hasMore: page * limit < all.length, total: all.length };
      });
    },
  );
  for (const g of groups.all) g.source.want(0, 1);
  await new Promise((done) => setTimeout(done));
  return { rows: new GroupedRows(groups), groups, asked };
}

it("puts a head above the records of each group that holds any", async () => {
  const { rows, groups } = await grouped();
  expect(rows.rows).toBe(2 + 1 + 130 + 1);
  expect(rows.total).toBe(132);
  expect([0, 1, 2, 3, 4].map((row) => rows.headAt(row)?.group.value ?? rows.idAt(row))).toEqual([
    "a",
    "a0",
    "a1",
    "c",
    "c0",
  ]);
  expect(rows.rowOf("c0")).toBe(4);
  const [first] = groups.all;
  if (first) rows.fold(first);
  expect([rows.rows, rows.rowOf("a0"), rows.rowOf("c0")]).toEqual([1 + 131, -1, 2]);
});

it("asks only for what is on screen", async () => {
  const { rows, asked } = await grouped();
  expect(asked).toEqual(["a1", "b1", "c1"]);
  rows.want(100, 120);
  await new Promise((done) => setTimeout(done, 80));
  expect(asked).toEqual(["a1", "b1", "c1", "c2"]);
});
