import { describe, expect, it } from "vitest";
import type { ObjectDef } from "@/catalog/types";
import {
  addSection,
  type Draft,
  highlight,
  landed,
  moveItem,
  moveSection,
  nudge,
  removeItem,
  unplaced,
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

  it("knows what is not placed, and leaves out what no page shows", () => {
    const object = {
      name: "project",
      name_field: { field: "a" },
      fields: ["id", "name", "version", "a", "b", "c", "d"].map((name) => ({ name, kind: "text", label: name })),
      relations: [{ name: "tasks" }, { name: "notes" }],
    } as unknown as ObjectDef;
    expect(unplaced(removeItem(draft, { section: 0, at: 1 }), object)).toEqual({
      fields: ["b", "d"],
      related: ["notes"],
    });
  });
});
