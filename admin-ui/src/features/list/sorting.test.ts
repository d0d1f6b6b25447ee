import { expect, it } from "vitest";
import type { ObjectDef } from "@/catalog/types";
import { addedSort, clickedSort, type SortKey, sortKeys, sortSearch, sortText } from "./sorting";

const object: ObjectDef = {
  name: "job",
  plural: "jobs",
  label: "Job",
  plural_label: "Jobs",
  fields: [
    { name: "name", kind: "text", label: "Name", standard: true },
    { name: "size", kind: "integer", label: "Size" },
    { name: "customer", kind: "lookup", label: "Customer", to: "customer" },
  ],
};
const read = (text: string): SortKey[] => sortKeys(object, text.split(","));
const words = (keys: SortKey[]) => sortText(keys).join();

it("reads keys in the paths of the server, each of them once, and none out of nothing", () => {
  expect(words(read("-customer,name,customer.name"))).toBe("-customer.name,name");
  expect(read("")).toEqual([]);
  expect(read("-")).toEqual([]);
});

it("says in the address only what the view does not say, and also that there is no order", () => {
  expect(sortSearch(read("-customer"), read("-customer.name"))).toBeUndefined();
  expect(sortSearch(read("size,-name"), read("size"))).toBe("size,-name");
  expect(sortSearch([], [])).toBeUndefined();
  expect(read(sortSearch([], read("size")) ?? "size")).toEqual([]);
});

it.each([
  ["name", "", ["size", "-size", "name"]],
  ["name", "-size", ["name", "size", "-size"]],
  ["-size", "", ["size", "-size", "size"]],
  ["-size,name", "", ["size", "-size", "-size,name"]],
])("a click goes round, in a view that is sorted by %j, at first by %j", (own, now, turns) => {
  let sort = read(now || own);
  for (const turn of turns) {
    sort = clickedSort(sort, read(own), "size");
    expect(words(sort)).toBe(turn);
  }
});

it("Shift and a click keep the other keys and their order", () => {
  let sort = read("-name");
  for (const turn of ["-name,size", "-name,-size", "-name"]) {
    sort = addedSort(sort, "size");
    expect(words(sort)).toBe(turn);
  }
  expect(words(addedSort(read("size,-name"), "size"))).toBe("-size,-name");
});
