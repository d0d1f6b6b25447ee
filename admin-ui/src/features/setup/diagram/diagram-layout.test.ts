import { describe, expect, it } from "vitest";
import type { ObjectDef } from "@/catalog/types";
import { BOX, diagramOf, edgesOf } from "./diagram-layout";

const object = (name: string, ...to: (string | string[])[]): ObjectDef =>
  ({
    name,
    fields: to.map((t, i) => ({
      name: `to_${i}`,
      label: `To ${i}`,
      kind: Array.isArray(t) ? "any_lookup" : "lookup",
      to: t,
    })),
  }) as unknown as ObjectDef;

describe("the schema diagram", () => {
  it("puts what is pointed to on the left", () => {
    const { boxes } = diagramOf([object("task", "project"), object("project", "customer"), object("customer")]);
    const x = (name: string) => boxes.get(name)?.x ?? Number.NaN;
    expect(x("customer")).toBeLessThan(x("project"));
    expect(x("project")).toBeLessThan(x("task"));
  });

  it("survives circles, an object that points to itself and one that is joined to nothing", () => {
    const all = [object("a", "b"), object("b", "c"), object("c", "a", "c"), object("alone")];
    const { boxes, edges, width, height } = diagramOf(all);
    expect([...boxes.keys()].sort()).toEqual(["a", "alone", "b", "c"]);
    expect(edges).toHaveLength(4);
    for (const box of boxes.values()) {
      expect(box.x + BOX.width).toBeLessThanOrEqual(width);
      expect(box.y + BOX.height).toBeLessThanOrEqual(height);
    }
  });

  it("never puts two boxes on one place, however many there are", () => {
    const many = [object("hub"), ...Array.from({ length: 40 }, (_, i) => object(`o${i}`, "hub"))];
    const places = [...diagramOf(many).boxes.values()].map((b) => `${b.x}/${b.y}`);
    expect(new Set(places).size).toBe(41);
  });

  it("draws a line for each target, and none to what is not there", () => {
    const edges = edgesOf([object("a", ["b", "c", "gone"]), object("b"), object("c", "*")]);
    expect(edges.map((e) => `${e.from}>${e.to}`)).toEqual(["a>b", "a>c"]);
  });
});
