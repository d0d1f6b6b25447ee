import { describe, expect, it } from "vitest";
import { all, any, compare, countConditions, readConditions, readTree } from "./filter";

describe("trees", () => {
  it("leaves out what says nothing", () => {
    expect(all([null, undefined, {}])).toBeNull();
    expect(all([compare("a", "eq", 1), null])).toEqual({ a: { eq: 1 } });
    expect(all([compare("a", "eq", 1), compare("b", "gt", 2)])).toEqual({ and: [{ a: { eq: 1 } }, { b: { gt: 2 } }] });
    expect(any([compare("a", "eq", 1), compare("b", "gt", 2)])).toEqual({ or: [{ a: { eq: 1 } }, { b: { gt: 2 } }] });
  });
});

it("drops from the URL what is no condition", () => {
  expect(readConditions([{ field: "a", op: "eq", value: 1 }, { field: 1 }, null, "x"])).toEqual([
    { field: "a", op: "eq", value: 1 },
  ]);
  expect(readConditions("x")).toEqual([]);
});

it("reads trees from the URL, and forgives what is none", () => {
  const leaf = { field: "a", op: "eq", value: 1 };
  expect(
    readTree({ join: "or", items: [leaf, { join: "and", items: [leaf, "x"] }, { join: "nor", items: [leaf] }] }),
  ).toEqual({
    join: "or",
    items: [leaf, { join: "and", items: [leaf] }],
  });
  expect(readTree("x")).toBeUndefined();
  let deep: unknown = leaf;
  for (let i = 0; i < 50; i++) deep = { join: "and", items: [leaf, deep] };
  expect(countConditions(readTree(deep) ?? { join: "and", items: [] })).toBe(5);
});
