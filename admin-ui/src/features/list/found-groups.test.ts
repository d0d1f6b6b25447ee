import { expect, it } from "vitest";
import type { FieldDef } from "@/catalog/types";
import { foundGroups, MOST_GROUPS } from "./found-groups";

const field: FieldDef = { name: "customer", kind: "lookup", label: "Customer", to: "customer" };
const row = (id: string | null, name: string | null, count: number) => ({
  group: { customer_id: id, "customer.name": name },
  count,
  sum: {},
  avg: {},
});

it("names groups by their record, and puts what names none last", () => {
  const { grouping, options } = foundGroups(field, [row(null, null, 4), row("c2", "Ann", 2), row("c1", "", 1)]);
  expect(grouping.path).toBe("customer_id");
  expect(grouping.values).toEqual(["c2", "c1", null]);
  expect(grouping.counts).toEqual([2, 1, 4]);
  expect(options.map(({ label }) => label)).toEqual(["Ann", "Unnamed", "No Customer"]);
  expect(grouping.valueOf({ id: "r", customer_id: "c1" })).toBe("c1");
  expect(grouping.valueOf({ id: "r" })).toBeNull();
});

it("puts what is past the most groups in one, and knows its number where all were counted", () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => row(`c${i}`, `Customer ${i}`, 2));
  const few = foundGroups(field, many(MOST_GROUPS + 5)).grouping;
  expect([few.values.length, few.values.at(-1), few.counts?.at(-1)]).toEqual([MOST_GROUPS + 1, "*", 10]);
  const all = foundGroups(field, many(1000)).grouping;
  expect(all.counts?.at(-1)).toBeUndefined();
  expect(foundGroups(field, []).grouping.values).toEqual([]);
});
