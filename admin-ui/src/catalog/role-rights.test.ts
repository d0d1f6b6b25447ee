import { describe, expect, it } from "vitest";
import { effective, fieldGiven, forget, nextReach, type RoleDef, type Roles, say, sayField } from "./role-rights";

const user: RoleDef = { name: "user", objects: { "*": { create: true, read: "own", edit: "own", export: true } } };
const manager: RoleDef = { name: "manager", inherits: ["user"], objects: { "*": { read: "team" } } };
const auditor: RoleDef = { name: "auditor", objects: { project: { read: "all" } } };
const roles: Roles = new Map([user, manager, auditor].map((r) => [r.name, r]));
const reach = (role: RoleDef, object: string, action: "read" | "edit" | "create") =>
  effective(roles, role, object, action);

describe("the rights of a role", () => {
  it("are its own word first, then its word for all others, then the most that it inherits", () => {
    expect(reach(manager, "project", "read")).toEqual({ reach: "team", from: "every" });
    expect(reach(manager, "project", "edit")).toEqual({ reach: "own", from: { role: "user" } });
    expect(reach(auditor, "project", "edit")).toEqual({ reach: "none", from: "nobody" });
    const both: RoleDef = { name: "both", inherits: ["user", "auditor"] };
    expect(reach(both, "project", "read")).toEqual({ reach: "all", from: { role: "auditor" } });
    expect(reach(both, "task", "read")).toEqual({ reach: "own", from: { role: "user" } });
    expect(reach({ name: "less", inherits: ["user"], objects: { task: { read: "none" } } }, "task", "read").reach).toBe(
      "none",
    );
  });

  it("end where a ring of roles closes", () => {
    const ring: Roles = new Map([
      ["a", { name: "a", inherits: ["b"] }],
      ["b", { name: "b", inherits: ["a"] }],
    ]);
    expect(effective(ring, ring.get("a") as RoleDef, "x", "read").reach).toBe("none");
  });

  it("keep what every other object had when one object is named", () => {
    const changed = say(user, "project", "read", "all");
    expect(changed.objects?.project).toEqual({ create: true, read: "all", edit: "own", export: true });
    expect(effective(roles, changed, "project", "edit")).toEqual({ reach: "own", from: "self" });
    expect(say({ name: "x" }, "project", "create", "all").objects).toEqual({ project: { create: true } });
    expect(say(auditor, "project", "read", undefined).objects).toEqual({});
    expect(forget(changed, "project").objects).toEqual(user.objects);
  });

  it("of fields follow the object, and edit never without read", () => {
    expect(fieldGiven(roles, user, "project.cost", "read")).toEqual({ given: true, own: false });
    const blind = sayField(user, "project.cost", "read", false);
    expect(blind.fields).toEqual({ "project.cost": { read: false, edit: false } });
    const all: Roles = new Map([...roles, ["user", blind]]);
    expect(fieldGiven(all, manager, "project.cost", "read")).toEqual({ given: false, own: false });
    expect(sayField(blind, "project.cost", "edit", true).fields).toEqual({
      "project.cost": { read: true, edit: true },
    });
    expect(
      sayField(sayField(blind, "project.cost", "read", undefined), "project.cost", "edit", undefined).fields,
    ).toEqual({});
  });

  it("step through what an action can be", () => {
    expect(["none", "own", "team", "all"].map((r) => nextReach("read", r as "none"))).toEqual([
      "own",
      "team",
      "all",
      "none",
    ]);
    expect(nextReach("create", "all")).toBe("none");
  });
});
