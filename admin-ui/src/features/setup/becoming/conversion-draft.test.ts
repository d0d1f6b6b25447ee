import { expect, it } from "vitest";
import type { ObjectDef } from "@/catalog/types";
import { type ConversionDraft, isField, newTarget, written } from "./conversion-draft";

const field = (name: string, kind: string, more = {}) => ({ name, kind, label: name, ...more });
const object = (name: string, fields: ReturnType<typeof field>[]): ObjectDef => ({
  name,
  plural: `${name}s`,
  label: name,
  plural_label: `${name}s`,
  fields,
});

const seed = object("seed", [
  field("colour", "text"),
  field("height", "integer"),
  field("planted", "datetime"),
  field("tree", "lookup", { to: "tree" }),
]);
const tree = object("tree", [
  field("colour", "text"),
  field("height", "decimal"),
  field("bed", "lookup", { to: "bed" }),
]);

it("begins with what is called the same and is of the same kind, and with what it finds to link", () => {
  const bed = { name: "bed", object: "bed" };
  expect(newTarget(seed, tree, [bed])).toEqual({
    name: "tree",
    object: "tree",
    values: { colour: "colour" },
    with: { bed: "bed" },
    link: "tree",
  });
  expect(newTarget(seed, tree, [{ name: "tree", object: "tree" }]).name).toBe("tree_2");
});

it("writes no more than was said, and leaves to the extended conversion what that says", () => {
  const draft: ConversionDraft = {
    object: "seed",
    label: "Plant",
    when: "height > 1",
    mark: "planted",
    lock: true,
    moves: [],
    targets: [
      {
        name: "tree",
        object: "tree",
        values: { colour: "colour", tall: false, note: null },
        match: [[], ["colour"]],
        with: {},
      },
    ],
  };
  expect(written(draft)).toEqual({
    object: "seed",
    label: "Plant",
    when: "height > 1",
    mark: "planted",
    lock: true,
    targets: [
      { name: "tree", object: "tree", values: { colour: "colour", tall: false, note: null }, match: [["colour"]] },
    ],
    active: true,
  });
  expect(written({ ...draft, extends: "convert", active: false })).toEqual({
    object: "seed",
    label: "Plant",
    extends: "convert",
    targets: expect.any(Array),
    active: false,
  });
});

it("knows a field that is taken over from a formula", () => {
  expect(isField(seed, "colour")).toBe(true);
  expect(isField(seed, "id")).toBe(true);
  expect(isField(seed, "UPPER(colour)")).toBe(false);
  expect(isField(seed, 3)).toBe(false);
});
