import { describe, expect, it } from "vitest";
import { apiName, initials, inSentence, plural, slugOf } from "./text";

describe("apiName", () => {
  it.each([
    ["Project phase", "project_phase"],
    ["Überprüfung & Größe", "uberprufung_and_grosse"],
    ["  2nd visit ", "n2nd_visit"],
    ["???", ""],
  ])("%j is %j", (label, name) => expect(apiName(label)).toBe(name));

  it("keeps to 40 characters", () => {
    expect(apiName("a ".repeat(60)).length).toBeLessThanOrEqual(40);
    expect(apiName("a ".repeat(60))).not.toMatch(/_$/);
  });
});

it("makes a short name of a tenant's, and begins with a letter", () => {
  expect(slugOf("Ada & Söhne GmbH")).toBe("ada-sohne-gmbh");
  expect(slugOf("3 Räder!")).toBe("rader");
  expect(slugOf("x".repeat(80))).toHaveLength(40);
  expect(slugOf("東京")).toBe("");
});

it("proposes plurals", () => {
  expect(["Project", "Company", "Box", "Day", "Branch"].map(plural)).toEqual([
    "Projects",
    "Companies",
    "Boxes",
    "Days",
    "Branches",
  ]);
});

it("makes initials", () => {
  expect([initials("Ada Lovelace"), initials("Madonna"), initials("")]).toEqual(["AL", "M", ""]);
});

it("keeps acronyms inside sentences", () => {
  expect([inSentence("Invoice"), inSentence("SLA policy")]).toEqual(["invoice", "SLA policy"]);
});
