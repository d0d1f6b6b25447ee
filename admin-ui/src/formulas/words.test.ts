import { describe, expect, it } from "vitest";
import type { Catalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { callAt, objectAlong, placeAt, wordsAt } from "./words";

const field = (name: string, kind = "text", to?: string) => ({ name, kind, label: name, ...(to ? { to } : {}) });
const customer = {
  name: "customer",
  fields: [field("name"), field("owner", "lookup", "person")],
} as unknown as ObjectDef;
const project = {
  name: "project",
  fields: [field("budget", "currency"), field("customer", "lookup", "customer"), field("tags", "many_to_many")],
} as unknown as ObjectDef;
const catalog = { object: (name: string) => [customer, project].find((o) => o.name === name) } as unknown as Catalog;
const IF = { name: "IF", signature: "IF(condition, value, [otherwise])", doc: "One or the other." };

describe("the words of a formula", () => {
  it("finds the path that is being typed", () => {
    const at = (text: string) => placeAt(text, text.length);
    expect(at("budget + customer.na")).toEqual({ path: ["customer"], from: 18, typed: "na" });
    expect(at("IF(")).toEqual({ path: [], from: 3, typed: "" });
    expect(at("customer.owner.")).toEqual({ path: ["customer", "owner"], from: 15, typed: "" });
    expect(at('name = "cust')).toBeNull();
    expect(at("12")).toBeNull();
    expect(at('name = "a" & cu')).toMatchObject({ typed: "cu" });
    expect(at("/* bud")).toBeNull();
  });

  it("follows relations, and offers nothing where there is nothing", () => {
    expect(objectAlong(catalog, project, ["customer"])?.name).toBe("customer");
    expect(objectAlong(catalog, project, ["budget"])).toBeUndefined();
    expect(wordsAt(catalog, project, [IF], { path: ["customer"], from: 0, typed: "" }).map((w) => w.label)).toEqual([
      "name",
      "owner",
    ]);
    expect(wordsAt(catalog, project, [IF], { path: ["customer", "nowhere"], from: 0, typed: "" })).toEqual([]);
    const first = wordsAt(catalog, project, [IF], { path: [], from: 0, typed: "" }).map((w) => w.label);
    expect(first).toEqual(expect.arrayContaining(["budget", "customer", "IF", "AND"]));
    expect(first).not.toContain("tags");
  });

  it("knows the call and the argument that the cursor is in", () => {
    const at = (text: string) => callAt(text, text.length);
    expect(at("IF(a, ")).toEqual({ name: "IF", argument: 1 });
    expect(at("IF(a, ROUND(b, 2), ")).toEqual({ name: "IF", argument: 2 });
    expect(at("IF(a, ROUND(b")).toEqual({ name: "ROUND", argument: 0 });
    expect(at('IF(stage = "x,y(", ')).toEqual({ name: "IF", argument: 1 });
    expect(at("IF(x IN [1, 2], ")).toEqual({ name: "IF", argument: 1 });
    expect(at("(a + ")).toBeNull();
    expect(at("a + b")).toBeNull();
  });
});
