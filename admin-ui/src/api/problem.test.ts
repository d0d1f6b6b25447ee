import { expect, it } from "vitest";
import { Problem, problemsByField, sentence } from "./problem";

it("makes sentences of what the server says", () => {
  expect(["must be set", "`a` has no `b`.", "Is it?", ""].map(sentence)).toEqual([
    "Must be set.",
    "A has no b.",
    "Is it?",
    "",
  ]);
});

it("finds the field of a problem at the end of its path", () => {
  const problem = new Problem(422, {
    detail: "the data breaks a rule",
    errors: [
      { path: "objects.project.fields.risk.options", message: "give options", hint: "add one" },
      { path: "/data/owner_id", message: "is not there" },
      { path: "budget", message: "too large" },
      { path: "budget", message: "not a number" },
    ],
  });
  expect(problemsByField(problem)).toEqual({
    options: "Give options. Add one.",
    owner_id: "Is not there.",
    budget: "Too large. Not a number.",
  });
  expect(problemsByField(new Problem(500, {}))[""]).toContain("server failed");
});
