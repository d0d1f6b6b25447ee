import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FieldDef } from "@/catalog/types";
import { Unreadable } from "./kind";
import { checkValue, kindOf, kinds, textOf } from "./registry";

const field = (kind: string, more: Partial<FieldDef> = {}): FieldDef => ({ name: "f", kind, label: "F", ...more });
const options = [
  { value: "a", label: "Alpha", color: "blue" },
  { value: "b", label: "Beta" },
];

it("has a folder for each kind, and a kind for each folder", () => {
  const here = join(process.cwd(), "src/fields");
  const folders = readdirSync(here).filter((name) => statSync(join(here, name)).isDirectory());
  expect(folders.sort()).toEqual(kinds.map((k) => k.kind).sort());
});

it("gives every kind a display, an input and operators", () => {
  for (const kind of kinds) {
    expect(kind.display, kind.kind).toBeTypeOf("function");
    expect(kind.input, kind.kind).toBeTypeOf("function");
    expect(kind.operators.length, kind.kind).toBeGreaterThan(0);
    expect(kind.about, kind.kind).not.toBe("");
  }
});

describe("words of a value", () => {
  it.each<[unknown, FieldDef, string]>([
    ["Hello", field("text"), "Hello"],
    [null, field("text"), ""],
    [1234567, field("integer"), "1,234,567"],
    [12.5, field("percent"), "12.5%"],
    [25000, field("currency", { currency: "EUR" }), "€25,000"],
    [true, field("boolean"), "Yes"],
    ["2026-11-20", field("date"), "Nov 20, 2026"],
    ["14:30:00", field("time"), "2:30 PM"],
    ["a", field("picklist", { options }), "Alpha"],
    ["gone", field("picklist", { options }), "gone"],
    [["a", "b"], field("multi_picklist", { options }), "Alpha, Beta"],
    [["x", "y"], field("tags"), "x, y"],
    ["<p>Hi <b>you</b></p>", field("rich_text"), "Hi you"],
    [{ id: "1", name: "Ann" }, field("lookup"), "Ann"],
    [[{ id: "1", name: "Ann" }], field("many_to_many"), "Ann"],
    [{ a: 1 }, field("json"), '{"a":1}'],
    [1234.5, field("formula", { shown_as: "currency", currency: "EUR" }), "€1,234.50"],
    ["2026-11-20", field("formula", { shown_as: "date" }), "Nov 20, 2026"],
    ["x", field("formula"), "x"],
    [1234.5, field("rollup", { shown_as: "currency", currency: "EUR" }), "€1,234.50"],
    ["2026-11-20", field("rollup", { shown_as: "date" }), "Nov 20, 2026"],
  ])("%j", (value, f, words) => expect(textOf(value, f)).toBe(words));
});

describe("reading and writing", () => {
  it("keeps a relation to one in its id", () => {
    const f = field("lookup", { to: "thing" });
    const kind = kindOf(f);
    expect(kind.read({ id: "r", f_id: "1", f: { id: "1", name: "Ann" } }, f)).toEqual({ id: "1", name: "Ann" });
    expect(kind.read({ id: "r", f_id: null }, f)).toBeNull();
    expect(kind.patch({ id: "1", name: "Ann" }, f)).toEqual({ f_id: "1" });
    expect(kind.patch(null, f)).toEqual({ f_id: null });
    expect([kind.paths(f), kind.sortPath(f), kind.filterPath(f)]).toEqual([["f_id", "f.name"], "f.name", "f_id"]);
  });

  it("keeps a relation to any in object and id", () => {
    const f = field("any_lookup");
    expect(kindOf(f).patch({ id: "1", object: "thing" }, f)).toEqual({ f_object: "thing", f_id: "1" });
    expect(kindOf(f).read({ id: "r", f_object: "thing", f_id: "1" }, f)).toMatchObject({ id: "1", object: "thing" });
  });

  it("sends ids of relations to many, and null for cleared text", () => {
    expect(kindOf(field("many_to_many")).patch([{ id: "1", name: "x" }], field("many_to_many"))).toEqual({ f: ["1"] });
    expect(kindOf(field("text")).patch("", field("text"))).toEqual({ f: null });
  });

  it("never shows unsanitised html before the server answers", () => {
    expect(kindOf(field("rich_text")).shown("<img onerror=x>", field("rich_text"))).toEqual({});
  });
});

describe("checks", () => {
  it("asks for what is required", () => {
    expect(checkValue("", field("text", { required: true }))).toBe("F is needed.");
    expect(checkValue(null, field("boolean", { required: true }))).toBeNull();
    expect(checkValue(0, field("integer", { required: true }))).toBeNull();
  });

  it("says what is wrong", () => {
    expect(checkValue("140", field("percent", { max: 100 }))).toBe("F must be at most 100.");
    expect(checkValue("nobody", field("email"))).not.toBeNull();
    expect(checkValue("javascript:x", field("url"))).not.toBeNull();
    expect(checkValue(new Unreadable("x", "No."), field("json"))).toBe("No.");
  });
});
