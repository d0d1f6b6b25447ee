import { expect, it } from "vitest";
import type { Explanation } from "@/api/access";
import { chainOf, grantLine, verdictOf, whyLine } from "./access-words";
import type { Catalog } from "./catalog";

const catalog = {
  object: (name: string) =>
    name === "visit" ? { label: "Visit", fields: [{ name: "fee", label: "Fee" }] } : undefined,
} as unknown as Catalog;

const told = (patch: Partial<Explanation>): Explanation => ({
  allowed: true,
  action: "read",
  user: { id: "1", name: "Ann", roles: ["rep"], permission_sets: [] },
  object: {
    name: "visit",
    given: "team",
    by: ["role `rep` gives read on team records"],
    sharing: { default: "private" },
  },
  fields: { hidden: [], partly: [] },
  reasons: [],
  ...patch,
});

const marks = (of: Explanation) => chainOf(of, catalog).map((step) => step.lines.map((line) => line.does));

it("tells what is given, by which role, and on which records", () => {
  expect(grantLine("role `sales_rep` gives read on team records", "read")).toEqual({
    does: "opens",
    text: "The role Sales rep gives this on records of one's teams.",
    by: { kind: "roles", name: "sales_rep" },
  });
  expect(grantLine("permission set `big` gives create on all records", "create").text).toBe(
    "The permission set Big gives this.",
  );
  expect(grantLine("the key's scopes do not hold `visits`", "read").does).toBe("keeps");
});

it("marks every way that was looked at, and says so when none opens it", () => {
  const owner = { id: "2", name: "Mei" };
  const ways = [
    { way: "owner", applies: false },
    { way: "rule:visit.big", applies: true },
  ];
  const seen = told({ record: { owner, everything: false, ways, limits: [] } });
  expect(marks(seen)).toEqual([["opens"], ["silent", "opens"]]);
  const shut = told({
    allowed: false,
    record: {
      owner,
      everything: false,
      ways: [{ way: "owner", applies: false }],
      limits: [{ rule: "r", holds: false }],
    },
  });
  expect(marks(shut)).toEqual([["opens"], ["silent", "keeps"], ["keeps"]]);
  expect(chainOf(shut, catalog)[1]?.lines[0]?.text).toBe("Ann does not own it; Mei does.");
});

it("says that no role gives it, and that a record is gone", () => {
  const none = told({ allowed: false, object: { name: "visit", given: "none", by: [] } });
  expect(marks(none)).toEqual([["keeps"]]);
  expect(marks(told({ allowed: false, record: null }))).toEqual([["opens"], ["keeps"]]);
});

it("names hidden fields by their labels, but not to those who see nothing anyway", () => {
  const fields = { hidden: ["fee"], partly: ["gone"] };
  expect(chainOf(told({ fields }), catalog)[1]?.lines.map((l) => l.text)).toEqual([
    "Hidden: Fee.",
    "Only on some records: Gone.",
  ]);
  expect(marks(told({ allowed: false, fields }))).toHaveLength(1);
});

it("answers in a sentence, and keeps words that it does not know", () => {
  expect(verdictOf(told({}), "Harbour")).toBe("Ann may see Harbour");
  expect(verdictOf(told({ allowed: false, action: "delete" }), "Harbour")).toBe("Ann may not delete Harbour");
  expect(whyLine("the sharing rule `visit.big` opens it")).toBe("Sharing rule visit.big");
  expect(whyLine("a `new` way opens it")).toBe("A new way opens it.");
});
