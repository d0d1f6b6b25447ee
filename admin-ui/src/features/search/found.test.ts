import { expect, it } from "vitest";
import type { Hit } from "@/api/search";
import type { Me } from "@/api/session";
import { Catalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { objectsOf, placesOf, shownHits } from "./found";
import { readFoundSearch } from "./found-search";

const object = (name: string, more: Partial<ObjectDef> = {}): ObjectDef => ({
  name,
  plural: `${name}s`,
  label: name,
  plural_label: `${name}s`,
  fields: [],
  ...more,
});
const me = { user: { id: "u1" }, permissions: { system: [] } } as unknown as Me;
const objects = [object("boat"), object("crew"), object("user", { system: true })];
const catalog = new Catalog({ revision: 1, user: null, objects }, me);
const hit = (name: string): Hit => ({ object: name, plural: `${name}s`, id: name, name, highlights: {} });

it("reads the address and forgives it", () => {
  expect(readFoundSearch({ q: 42, in: "" })).toEqual({ q: "42", in: undefined });
  expect(readFoundSearch({ q: ["a"], in: "boat", more: 1 })).toEqual({ q: undefined, in: "boat" });
});

it("shows what is of objects that one works with", () => {
  const hits = shownHits(catalog, [hit("user"), hit("crew"), hit("gone"), hit("boat")]);
  expect(hits.map(({ id }) => id)).toEqual(["crew", "boat"]);
});

it("tells where words stand, and not again of what the name is made of", () => {
  const highlights = {
    name: "<mark>Ida</mark> Voss",
    first: "<mark>Ida</mark>",
    mail: "<mark>ida</mark>@kelp.example",
  };
  const places = (name_field: ObjectDef["name_field"], found: Hit["highlights"] = highlights) =>
    placesOf(object("guest", name_field ? { name_field } : {}), { ...hit("guest"), highlights: found }).map(
      ([at]) => at,
    );
  expect(places(undefined)).toEqual(["first", "mail"]);
  expect(places({ compose: ["first", "last"] })).toEqual(["mail"]);
  expect(places({ field: "first" })).toEqual(["mail"]);
  expect(places({ compose: ["mail"] }, { mail: "x" })).toEqual(["mail"]);
});

it("offers the objects of what was found, and the chosen one even where it has nothing", () => {
  const names = (found: Hit[], chosen?: string) =>
    objectsOf(catalog, found, catalog.object(chosen)).map(({ name }) => name);
  expect(names([hit("crew"), hit("boat"), hit("crew")])).toEqual(["crew", "boat"]);
  expect(names([hit("crew")], "boat")).toEqual(["crew", "boat"]);
  expect(names([])).toEqual([]);
});
