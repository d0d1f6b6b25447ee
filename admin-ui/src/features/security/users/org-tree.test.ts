import { expect, it } from "vitest";
import type { Person } from "@/api/people";
import { type Branch, orgTree } from "./org-tree";

const person = (id: string, manager_id: string | null = null, active = true) =>
  ({ id, name: id, active, manager_id }) as Person;

const words = (tree: Branch[]): string =>
  tree.map((b) => b.person.id + (b.below.length ? `(${words(b.below)})` : "")).join(" ");

it("puts everybody below their manager, by name, and counts down to the last", () => {
  const tree = orgTree([person("c", "a"), person("b", "a"), person("d", "b"), person("a"), person("z")], () => true);
  expect(words(tree)).toBe("a(b(d) c) z");
  expect(tree.map((b) => b.size)).toEqual([3, 0]);
});

it("keeps those above whoever is wanted, and nobody else", () => {
  const people = [person("a", null, false), person("b", "a", false), person("c", "b"), person("d", "a", false)];
  expect(words(orgTree(people, (p) => p.active))).toBe("a(b(c))");
});

it("ends where people manage each other, and where a manager is not known", () => {
  expect(words(orgTree([person("a", "b"), person("b", "a"), person("c", "c")], () => true))).toBe("a(b) c");
  expect(words(orgTree([person("a", "gone")], () => true))).toBe("a");
});
