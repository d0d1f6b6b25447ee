import { describe, expect, it } from "vitest";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { kindByName } from "@/fields/registry";
import { definitionOf, isOffered, startDraft } from "./field-draft";
import { fitsRollup } from "./rolled-up";

const firm = { name: "firm", plural: "firms", label: "Firm", fields: [] } as unknown as ObjectDef;
const rollup = kindByName("rollup");

describe("a roll-up in the making", () => {
  it("is asked for an order where one record is meant, and written without what means nothing", () => {
    if (!rollup) throw new Error("there is no roll-up");
    const draft = startDraft(firm, rollup, undefined);
    const of = (settings: Record<string, unknown>) => ({
      ...draft,
      label: "Newest",
      settings: { ...draft.settings, of: "boats", by: "due", empty: "blank", ...settings },
    });
    const offered = (settings: Record<string, unknown>) =>
      rollup.settings.filter((s) => isOffered(s, of(settings).settings)).map((s) => s.name);
    expect(offered({ function: "count" })).toEqual(["of", "function", "where", "mode"]);
    expect(offered({ function: "last" })).toEqual(["of", "function", "field", "by", "where", "mode"]);
    const last = definitionOf(of({ function: "last", field: "stage" }), rollup, firm);
    expect(last).toMatchObject({ function: "last", field: "stage", by: "due" });
    expect(last).not.toHaveProperty("empty");
    const count = definitionOf(of({ function: "count", field: "stage" }), rollup, firm);
    expect(Object.keys(count)).toEqual(["name", "kind", "label", "of", "function"]);
  });

  it("is made of what it can be made of", () => {
    const fits = (name: string, fn: string, kind: string) =>
      fitsRollup(name, { function: fn }, { name: "x", label: "X", kind } as FieldDef);
    expect(["currency", "date", "text", "formula"].filter((kind) => fits("field", "sum", kind))).toEqual(["currency"]);
    expect(["currency", "date", "text"].filter((kind) => fits("field", "max", kind))).toEqual(["currency", "date"]);
    expect(["picklist", "lookup", "json"].filter((kind) => fits("field", "last", kind))).toEqual(["picklist"]);
    expect(fits("field", "count_distinct", "lookup")).toBe(true);
    expect(["datetime", "text", "rollup"].filter((kind) => fits("by", "first", kind))).toEqual(["datetime"]);
  });
});
