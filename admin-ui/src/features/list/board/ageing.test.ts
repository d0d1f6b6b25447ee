import { expect, it } from "vitest";
import { Arrivals } from "@/api/arrivals";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { ageOf } from "./ageing";

const phase: FieldDef = { name: "phase", kind: "picklist", label: "Phase", options: [] };
const changed: FieldDef = { name: "updated_at", kind: "datetime", label: "Updated", standard: true };
const jobs = (...more: FieldDef[]): ObjectDef => ({
  name: "job",
  plural: "jobs",
  label: "Job",
  plural_label: "Jobs",
  fields: [phase, changed, ...more],
});
const NOW = Date.parse("2026-11-22T12:00:00Z");
const ago = (days: number) => new Date(NOW - days * 86_400_000 - 60_000).toISOString();

it("goes by the field that says since when", () => {
  const object = jobs({ name: "phase_changed_at", kind: "datetime", label: "Since" });
  const age = (since: unknown) =>
    ageOf(
      { id: "1", phase: "plan", phase_changed_at: since, updated_at: ago(99) },
      { object, group: phase, arrivals: undefined },
      NOW,
    );
  expect(age(ago(13))).toBeUndefined();
  expect(age(ago(14))).toEqual({ days: 14, still: false, old: false });
  expect(age(ago(30))).toEqual({ days: 30, still: false, old: true });
  expect(age(null)).toBeUndefined();
});

it("goes by the log of states, and by the last change of what the log does not tell", async () => {
  const arrivals = new Arrivals(jobs(), "phase", async () => [{ record_id: "1", to: "plan", at: ago(40) }]);
  const ageing = { object: jobs(), group: phase, arrivals };
  const card = { id: "1", phase: "plan", updated_at: ago(20) };
  expect(ageOf(card, ageing, NOW)).toBeUndefined();
  await arrivals.want(["1", "2"]);
  expect(ageOf(card, ageing, NOW)).toEqual({ days: 40, still: false, old: true });
  expect(ageOf({ ...card, phase: "build" }, ageing, NOW)).toBeUndefined();
  expect(ageOf({ ...card, id: "2" }, ageing, NOW)).toEqual({ days: 20, still: true, old: false });
});

it("says of an object without a process only for how long nothing was changed, and never loudly", () => {
  const ageing = { object: jobs(), group: phase, arrivals: undefined };
  expect(ageOf({ id: "1", updated_at: ago(90) }, ageing, NOW)).toEqual({ days: 90, still: true, old: false });
  expect(ageOf({ id: "1", updated_at: ago(2) }, ageing, NOW)).toBeUndefined();
  const blind = { ...ageing, object: { ...jobs(), fields: [phase] } };
  expect(ageOf({ id: "1" }, blind, NOW)).toBeUndefined();
});
