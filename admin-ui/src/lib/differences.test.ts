import { describe, expect, it } from "vitest";
import { brief, differences } from "./differences";

describe("differences", () => {
  it("names the place of each changed value", () => {
    const before = { label: "Stage", required: true, sharing: { default: "private" } };
    const after = { label: "Phase", required: true, sharing: { default: "read" }, help: "Where it is" };
    expect(differences(before, after)).toEqual([
      { path: "label", before: "Stage", after: "Phase" },
      { path: "sharing.default", before: "private", after: "read" },
      { path: "help", before: undefined, after: "Where it is" },
    ]);
  });

  it("tells items of a list by their name, not by their place", () => {
    const a = { value: "a", label: "A" };
    const b = { value: "b", label: "B" };
    const c = { value: "c", label: "C" };
    expect(differences({ options: [a, b] }, { options: [c, a, { ...b, label: "Bee" }] })).toEqual([
      { path: "options.b.label", before: "B", after: "Bee" },
      { path: "options.c", before: undefined, after: c },
    ]);
  });

  it("says when only the order changed, and when items without names did", () => {
    const [a, b] = [{ field: "a" }, { field: "b" }];
    expect(differences({ items: [a, b] }, { items: [b, a] })).toEqual([
      { path: "items (order)", before: ["a", "b"], after: ["b", "a"] },
    ]);
    expect(differences({ columns: ["x", "y"] }, { columns: ["x"] })).toEqual([
      { path: "columns", before: ["x", "y"], after: ["x"] },
    ]);
  });

  it("is empty for what is the same, also when nothing was there", () => {
    expect(differences({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toEqual([]);
    expect(differences(null, undefined)).toEqual([]);
    expect(differences(null, { label: "New" })).toEqual([{ path: "label", before: undefined, after: "New" }]);
  });

  it("puts values in few words", () => {
    expect(brief([{ value: "a", label: "A" }])).toBe("a");
    expect(brief(["x", "y"])).toBe("x, y");
    expect(brief(false)).toBe("no");
    expect(brief({ field: "stage" })).toBe("stage");
    expect(brief({ a: "x", b: 2 })).toBe('{"a":"x","b":2}');
  });
});
