import { expect, it } from "vitest";
import type { Me } from "@/api/session";
import { Catalog } from "./catalog";
import { EVERYTHING, isHere, navigationOf } from "./navigation";
import type { AppDef, FieldDef, ObjectDef } from "./types";

const object = (name: string, fields: FieldDef[] = []): ObjectDef => ({
  name,
  plural: `${name}s`,
  label: name,
  plural_label: `${name}s`,
  fields,
});
const part = { name: "of", kind: "master_detail", label: "Of", to: "tree" };
const garden: AppDef = {
  name: "garden",
  label: "Garden",
  items: [
    { object: "tree", label: "Trees" },
    { object: "tree", view: "old", label: "Old ones" },
    { object: "gone", label: "Not to be seen" },
  ],
};

function catalogOf(system: string[], apps: AppDef[]): Catalog {
  const me = { user: { id: "u", name: "U" }, tenant: { name: "T" }, roles: [], permissions: { system, objects: {} } };
  const objects = [object("bird"), object("tree"), object("leaf", [part])];
  return new Catalog({ revision: 1, user: null, objects, apps }, me as unknown as Me);
}

const labels = (catalog: Catalog, chosen: string | null) => {
  const { app, lines, more } = navigationOf(catalog, chosen);
  return [app?.name, lines.map((line) => line.label), more.map((line) => line.label)];
};

it("shows an app's lines in its order, and what else there is below them", () => {
  const inGarden = ["garden", ["Trees", "Old ones"], ["birds", "leafs"]];
  const everything = [undefined, ["birds", "trees"], ["leafs"]];
  expect(labels(catalogOf([], [garden]), null)).toEqual(inGarden);
  expect(labels(catalogOf([], [garden]), "taken away")).toEqual(inGarden);
  expect(labels(catalogOf([], [garden]), EVERYTHING)).toEqual(everything);
  expect(labels(catalogOf([], []), "garden")).toEqual(everything);
  expect(labels(catalogOf(["manage_metadata"], [garden]), null)).toEqual(everything);
  expect(labels(catalogOf(["manage_metadata"], [garden]), "garden")).toEqual(inGarden);
});

it("lights one line: that of the view, or that of the object", () => {
  const { lines } = navigationOf(catalogOf([], [garden]), "garden");
  const lit = (plural: string, view?: string) =>
    lines.filter((line) => isHere(line, lines, plural, view)).map((l) => l.label);
  expect(lit("trees")).toEqual(["Trees"]);
  expect(lit("trees", "old")).toEqual(["Old ones"]);
  expect(lit("trees", "young")).toEqual(["Trees"]);
  expect(lit("birds")).toEqual([]);
});
