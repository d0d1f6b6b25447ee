import { describe, expect, it } from "vitest";
import type { ConversionTarget } from "@/api/conversions";
import { Problem } from "@/api/problem";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { errorsOf, startOf, targetFields, wishOf, wrongIn } from "./convert-draft";

const field = (name: string, kind: string, more: Partial<FieldDef> = {}): FieldDef => ({
  name,
  kind,
  label: name,
  ...more,
});
const object: ObjectDef = {
  name: "project",
  plural: "projects",
  label: "Project",
  plural_label: "Projects",
  fields: [
    field("name", "text", { required: true, standard: true }),
    field("code", "text"),
    field("budget", "currency"),
    field("client", "lookup", { to: "client" }),
    field("note", "long_text"),
  ],
};
const target: ConversionTarget = {
  name: "project",
  label: "Project",
  object: "project",
  optional: false,
  may_create: true,
  values: { name: "Wings", budget: 1.5 },
  with: { client_id: "client" },
  matches: [],
};

describe("a conversion's draft", () => {
  const { first, more } = targetFields(object, undefined, target);
  const fields = [...first, ...more];

  it("asks for what is needed and filled, and not for what points to other targets", () => {
    const names = first.map((one) => one.name);
    expect(names).toContain("name");
    expect(names).toContain("budget");
    expect(fields.map((one) => one.name)).not.toContain("client");
  });

  it("sends what differs alone", () => {
    const draft = startOf(fields, target);
    expect(draft.how).toBe("new");
    expect(wishOf(fields, target, draft)).toEqual({ values: {} });
    const changed = { ...draft, values: { ...draft.values, name: "Wheels", code: "W", budget: null } };
    expect(wishOf(fields, target, changed)).toEqual({ values: { name: "Wheels", code: "W", budget: null } });
    expect(wishOf(fields, target, { ...draft, how: "none" })).toBeNull();
    expect(wishOf(fields, target, { ...draft, how: "existing", existing: { id: "x" } })).toEqual({ id: "x" });
  });

  it("begins without what is optional", () => {
    expect(startOf(fields, { ...target, optional: true }).how).toBe("none");
    expect(startOf(fields, { ...target, may_create: false }).how).toBe("existing");
  });

  it("finds what is missing", () => {
    const draft = startOf(fields, target);
    expect(wrongIn(fields, draft, "choose")).toEqual({});
    expect(Object.keys(wrongIn(fields, { ...draft, values: {} }, "choose"))).toEqual(["name"]);
    expect(wrongIn(fields, { ...draft, how: "existing" }, "choose")).toEqual({ "": "choose" });
  });

  it("puts problems where they belong", () => {
    const errors = [
      { path: "targets.project.values.budget", message: "too small" },
      { path: "targets.project.id", message: "not there" },
      { path: "targets.other", message: "unknown" },
      { path: "converted_at", message: "done already" },
    ];
    expect(errorsOf(new Problem(422, { errors }))).toEqual({
      project: { budget: "Too small.", id: "Not there." },
      other: { "": "Unknown." },
      "": { "": "Done already." },
    });
    expect(errorsOf(new Error("away"))).toEqual({ "": { "": "away" } });
  });
});
