import { expect, it } from "vitest";
import { assignmentWords, layoutFor, type Situation } from "./assignment";
import type { Assignment, LayoutDef } from "./types";

const layout = (name: string, ...assign: Assignment[]): LayoutDef => ({ name, object: "visit", sections: [], assign });
const desk: Situation = { roles: ["rep"], device: "desktop" };
const all = [
  layout("visit.short", { device: "phone" }),
  layout("visit.default"),
  layout("visit.reps", { role: "rep" }, { role: "lead_rep" }),
  layout("visit.repair", { record_type: "repair", role: "rep" }),
];
const chosen = (at: Situation) => layoutFor(all, at)?.name;

it("takes the layout that names most of what is so", () => {
  expect(chosen(desk)).toBe("visit.reps");
  expect(chosen({ ...desk, recordType: "repair" })).toBe("visit.repair");
  expect(chosen({ roles: ["clerk"], device: "phone", recordType: "repair" })).toBe("visit.short");
  expect(chosen({ roles: ["clerk"], device: "tablet", recordType: "repair" })).toBe("visit.default");
});

it("falls back to the default, and to the first where there is none", () => {
  expect(chosen({ roles: ["clerk"], device: "desktop" })).toBe("visit.default");
  expect(layoutFor([layout("visit.a", { role: "x" }), layout("visit.b")], desk)?.name).toBe("visit.b");
  expect(layoutFor([layout("visit.a", { role: "x" })], desk)?.name).toBe("visit.a");
  expect(layoutFor([], desk)).toBeUndefined();
});

it("counts an assignment that says nothing as none", () => {
  expect(layoutFor([layout("visit.a", {}), layout("visit.default")], desk)?.name).toBe("visit.default");
});

it("takes a star for everybody and everything", () => {
  const anywhere = [layout("visit.default"), layout("visit.all", { role: "*", device: "*" })];
  expect(layoutFor(anywhere, { roles: [], device: "tablet" })?.name).toBe("visit.all");
  expect(assignmentWords({ role: "*", device: "*" })).toBe("Everybody");
});

it("says in words for whom it is", () => {
  expect(assignmentWords({ role: "sales_rep", device: "phone", record_type: "*" })).toBe("Role Sales rep · On phones");
});
