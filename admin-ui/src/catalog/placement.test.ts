import { describe, expect, it } from "vitest";
import { formFields } from "./fields";
import { closedLayouts, lists, placement, withField } from "./placement";
import type { LayoutDef, LayoutSection, ObjectDef, RelationDef } from "./types";

const field = (name: string, more = {}) => ({ name, kind: "text", label: name, ...more });
const object: ObjectDef = {
  name: "boat",
  plural: "boats",
  label: "Boat",
  plural_label: "Boats",
  fields: [
    ...["id", "name", "version", "created_at", "owner"].map((name) => field(name, { standard: true })),
    ...["length", "sails", "berth"].map((name) => field(name)),
    field("log", { kind: "long_text" }),
  ],
};
const relations: RelationDef[] = ["trips", "crews", "papers"].map((name) => ({
  name,
  object: name,
  field: "boat",
  kind: "lookup",
}));
const layout = (...sections: LayoutSection[]): LayoutDef => ({ name: "boat.default", object: "boat", sections });
const off = (...items: LayoutSection["items"]): LayoutSection => ({ label: "Gone", visible: " false ", items });
const names = (list: { name: string }[]) => list.map(({ name }) => name).join(" ");
const about = { label: "About", items: [{ field: "sails" }, { related: "crews" }] };

/** What a page has, part by part: "About: sails | more | system | off". */
function page(of: LayoutDef | undefined): string {
  const { sections, more, system, off } = placement(object, of);
  const parts = sections.map(({ label, fields }) => `${label}: ${names(fields)}`);
  return [...parts, names(more), names(system), names(off)].join(" | ");
}

describe("the page of a record", () => {
  it("shows everything where nobody has laid it out", () => {
    expect(page(undefined)).toBe("Details: name length sails berth | Text: log |  | version created_at owner | ");
  });

  it("shows what no section names at its end, so that a new field is seen at once", () => {
    expect(page(layout(about))).toBe("About: sails | length berth log | version created_at owner | ");
    const more = { ...object, fields: [...object.fields, field("new_one")] };
    expect(names(placement(more, layout(about, off({ field: "log" }))).more)).toBe("length berth new_one");
  });

  it("does not show what was taken off, neither in a section nor at its end", () => {
    const less = layout(about, off({ field: "berth" }, { field: "owner" }, { field: "gone_since" }));
    expect(page(less)).toBe("About: sails | length log | version created_at | berth owner");
  });

  it("shows what a section names though it was taken off elsewhere", () => {
    expect(page(layout(off({ field: "sails" }), about))).toBe(
      "About: sails | length berth log | version created_at owner | ",
    );
  });

  it("shows nothing but its sections where all others were taken off, later ones too", () => {
    const strict = layout(about, off({ component: "other_fields" }, { component: "other_lists" }));
    expect(page(strict)).toBe("About: sails |  |  | length berth log version created_at owner");
    expect(names(lists(relations, strict).shown)).toBe("crews");
    expect(names(lists(relations, strict).off)).toBe("trips papers");
  });

  it("shows related lists in the layout's order, then the others, without those taken off", () => {
    const found = lists(relations, layout(about, off({ related: "papers" })));
    expect([names(found.shown), names(found.off)]).toEqual(["crews trips", "papers"]);
    expect(names(lists(relations, undefined).shown)).toBe("trips crews papers");
  });

  it("leaves what was taken off to the end of forms, where it must be filled before it", () => {
    const strict = layout(about, off({ field: "length" }, { field: "berth" }));
    const needs = { ...object, fields: object.fields.map((f) => (f.name === "berth" ? { ...f, required: true } : f)) };
    const { first, more } = formFields(needs, strict);
    expect([names(first), names(more)]).toEqual(["name berth sails", "length log owner"]);
  });

  it("puts a new field on the layouts that would not show it by themselves", () => {
    const strict = layout(about, { label: "Lists", items: [{ related: "trips" }] }, off({ component: "other_fields" }));
    expect(closedLayouts([layout(about), strict])).toEqual([strict]);
    const { sections } = withField(strict, "berth");
    expect(sections.map((s) => s.items.length)).toEqual([3, 1, 1]);
    expect(page({ ...strict, sections })).toMatch(/^About: sails berth \|/);
  });
});
