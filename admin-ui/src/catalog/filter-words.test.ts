import { expect, it } from "vitest";
import { filterWords } from "./filter-words";
import type { ObjectDef } from "./types";

const object = {
  name: "project",
  label: "Project",
  fields: [
    {
      name: "phase",
      kind: "picklist",
      label: "Phase",
      options: [
        { value: "on", label: "Running" },
        { value: "off", label: "Ended" },
      ],
    },
    { name: "budget", kind: "currency", label: "Budget" },
    { name: "sponsor", kind: "lookup", label: "Sponsor" },
    { name: "public", kind: "boolean", label: "Public" },
  ],
} as unknown as ObjectDef;

it("says each condition in a line, with the labels of fields and options", () => {
  const filter = { and: [{ phase: { not_in: ["on", "off"] } }, { budget: { gte: 50, lt: 90 } }, { public: true }] };
  expect(filterWords(object, filter)).toEqual([
    "Phase is none of Running, Ended",
    "Budget is at least 50, Budget is less than 90",
    "Public is Yes",
  ]);
});

it("says ways to other objects, what is empty, and what holds one by one", () => {
  expect(filterWords(object, { "sponsor.name": { contains: "Ann" } })).toEqual(["Sponsor · Name contains Ann"]);
  expect(filterWords(object, { sponsor_id: { is_null: false } })).toEqual(["Sponsor is not empty"]);
  expect(
    filterWords(object, { or: [{ phase: { eq: "on" } }, { and: [{ budget: { gt: 1 } }, { public: false }] }] }),
  ).toEqual(["Phase is Running or Budget is more than 1 and Public is No"]);
  expect(filterWords(object, { not: { phase: { eq: "gone" } } })).toEqual(["Not: Phase is gone"]);
  expect(filterWords(object, { unknown_thing: { within: [1, 2] } })).toEqual(["Unknown thing Within 1, 2"]);
});
