import { describe, expect, it } from "vitest";
import {
  addSection,
  bringBack,
  type Draft,
  highlight,
  landed,
  moveItem,
  moveSection,
  nudge,
  offItems,
  putOn,
  removeSection,
  takeOff,
} from "./layout-draft";

const draft: Draft = {
  object: "project",
  sections: [
    { label: "A", columns: 2, items: [{ field: "a" }, { field: "b" }, { field: "c" }] },
    { label: "B", items: [{ related: "tasks" }] },
  ],
  highlights: ["a", "b"],
};
const names = (d: Draft) => d.sections.map((s) => s.items.map((i) => i.field ?? i.related).join(""));

describe("a layout draft", () => {
  it("moves items within and between sections, counting what is taken out", () => {
    expect(names(moveItem(draft, { section: 0, at: 0 }, { section: 0, at: 2 }))).toEqual(["bac", "tasks"]);
    expect(names(moveItem(draft, { section: 0, at: 2 }, { section: 0, at: 0 }))).toEqual(["cab", "tasks"]);
    expect(names(moveItem(draft, { section: 0, at: 1 }, { section: 1, at: 1 }))).toEqual(["ac", "tasksb"]);
    expect(names(moveItem(draft, { section: 0, at: 9 }, { section: 1, at: 0 }))).toEqual(["abc", "tasks"]);
    expect(landed({ section: 0, at: 0 }, { section: 0, at: 2 })).toEqual({ section: 0, at: 1 });
  });

  it("steps over the border of a section, and stops at the ends", () => {
    const step = (section: number, at: number, by: -1 | 1) => nudge(draft, { section, at }, by);
    expect(step(0, 0, 1)).toEqual({ section: 0, at: 2 });
    expect(step(0, 2, 1)).toEqual({ section: 1, at: 0 });
    expect(step(1, 0, -1)).toEqual({ section: 0, at: 3 });
    expect(step(0, 0, -1)).toBeNull();
    expect(step(1, 0, 1)).toBeNull();
  });

  it("keeps sections in order and names new ones apart", () => {
    expect(moveSection(draft, 1, -1).sections.map((s) => s.label)).toEqual(["B", "A"]);
    expect(moveSection(draft, 0, -1)).toBe(draft);
    expect(moveSection(draft, 1, 1)).toBe(draft);
    expect(addSection(addSection(draft)).sections.map((s) => s.label)).toEqual([
      "A",
      "B",
      "New section",
      "New section 2",
    ]);
  });

  it("moves a highlight to the place it was dropped at", () => {
    expect(highlight(draft, "c").highlights).toEqual(["a", "b", "c"]);
    expect(highlight(draft, "a", 2).highlights).toEqual(["b", "a"]);
    expect(highlight(draft, "b", 0).highlights).toEqual(["b", "a"]);
  });

  it("writes down what is taken off the page, and forgets it when it is put on again", () => {
    const less = takeOff(takeOff(draft, [{ field: "b" }]), [{ related: "tasks" }]);
    expect(names(less)).toEqual(["ac", "", "btasks"]);
    expect(less.sections[2]).toMatchObject({ label: "Not on the page", visible: "FALSE" });
    expect(offItems(less)).toEqual([{ field: "b" }, { related: "tasks" }]);
    expect(names(takeOff(less, [{ field: "b" }]))).toEqual(["ac", "", "tasksb"]);
    const again = putOn(less, { field: "b" }, { section: 1, at: 0 });
    expect([names(again), offItems(again)]).toEqual([["ac", "b", "tasks"], [{ related: "tasks" }]]);
    expect(names(bringBack(again, { related: "tasks" }))).toEqual(["ac", "b"]);
  });

  it("takes off with a section what stood in it", () => {
    const less = removeSection(draft, 0);
    expect(names(less)).toEqual(["tasks", "abc"]);
    expect(offItems(less)).toHaveLength(3);
  });

  it("keeps what is off the page behind the sections that are on it", () => {
    const less = takeOff(draft, [{ field: "c" }]);
    expect(addSection(less).sections.map((s) => s.label)).toEqual(["A", "B", "New section", "Not on the page"]);
    expect(nudge(less, { section: 1, at: 0 }, 1)).toBeNull();
    const twice = { ...less, sections: [...less.sections, { label: "C", items: [{ field: "c" }] }] };
    expect(offItems(twice)).toEqual([]);
  });
});
