import { describe, expect, it } from "vitest";
import type { Person } from "@/api/people";
import { below, makePassword, patchOf, startPerson } from "./person-draft";

const person = (id: string, manager_id: string | null = null): Person =>
  ({
    id,
    name: id,
    email: `${id}@x.example`,
    active: true,
    roles: ["member"],
    title: "Rep",
    manager_id,
    time_zone: null,
  }) as Person;

describe("a user draft", () => {
  it("sends only what differs, and empties what was emptied", () => {
    const before = person("ada");
    expect(patchOf(startPerson(before), before)).toEqual({});
    expect(patchOf({ ...startPerson(before), title: "", name: " Ada M " }, before)).toEqual({
      title: null,
      name: "Ada M",
    });
    expect(patchOf({ ...startPerson(before), email: "ada@y.example", current_password: " pw " }, before)).toEqual({
      email: "ada@y.example",
      current_password: " pw ",
    });
    expect(patchOf({ ...startPerson(undefined), name: "Bo", password: " x " }, undefined)).toEqual({
      name: "Bo",
      password: " x ",
    });
  });

  it("knows who cannot manage someone, also when a circle is there already", () => {
    const people = [person("a"), person("b", "a"), person("c", "b"), person("d")];
    expect([...below(people[0], people)].sort()).toEqual(["a", "b", "c"]);
    expect(below(undefined, people).size).toBe(0);
    const circle = [person("a", "b"), person("b", "a")];
    expect(below(circle[0], circle).size).toBe(2);
  });

  it("makes passwords that differ", () => {
    expect(makePassword()).toMatch(/^[A-Za-z2-9]{20}$/);
    expect(makePassword()).not.toBe(makePassword());
  });
});
