import { expect, it } from "vitest";
import { calendarDays, pathField, timelineDays, weightField } from "./displays";
import type { FieldDef, ListViewDef, ObjectDef } from "./types";

const day = (name: string, more: Partial<FieldDef> = {}): FieldDef => ({ name, kind: "date", label: name, ...more });
const trip: ObjectDef = {
  name: "trip",
  plural: "trips",
  label: "Trip",
  plural_label: "Trips",
  fields: [
    day("booked"),
    day("start_day"),
    day("due_day"),
    day("created_at", { kind: "datetime", standard: true }),
    { name: "chance", kind: "percent", label: "Chance" },
    { name: "rebate", kind: "percent", label: "Rebate" },
  ],
};
const view = (more: Partial<ListViewDef>): ListViewDef => ({
  name: "trip.all",
  object: "trip",
  label: "All",
  columns: [],
  display: "timeline",
  ...more,
});
const span = (of?: ListViewDef, asked = {}) => {
  const found = timelineDays(trip, of, asked);
  return found && [found.start?.name, found.end.name, found.chosen];
};

it("guesses by names where nobody has said anything", () => {
  expect(span()).toEqual(["start_day", "due_day", false]);
  expect(span(view({ sort: ["-start_day"] }))).toEqual(["start_day", "due_day", false]);
  expect(timelineDays({ ...trip, fields: [] }, undefined, {})).toBeUndefined();
});

it("stands by what a view keeps: the end as its group, the beginning as its order", () => {
  const kept = view({ group_by: "due_day", sort: ["booked"] });
  expect(span(kept)).toEqual(["booked", "due_day", true]);
  expect(span({ ...kept, display: "table" })).toEqual([undefined, "due_day", true]);
  expect(span(view({ sort: ["chance"] }))).toEqual(["start_day", "due_day", false]);
});

it("stands by what is asked, before the view", () => {
  const kept = view({ group_by: "due_day", sort: ["booked"] });
  expect(span(kept, { start: "created_at", end: "booked" })).toEqual(["created_at", "booked", true]);
  expect(span(kept, { start: "none" })).toEqual([undefined, "due_day", true]);
  expect(span(undefined, { start: "booked" })).toEqual(["booked", "due_day", true]);
  expect(span(undefined, { start: "due_day" })).toEqual(["due_day", "booked", true]);
  expect(span(undefined, { start: "booked", end: "booked" })).toEqual([undefined, "booked", true]);
  expect(span(undefined, { start: "gone", end: "gone" })).toEqual([undefined, "due_day", true]);
});

it("lets a calendar stand by one day", () => {
  expect(calendarDays(trip, undefined, "booked")).toMatchObject({ start: undefined, end: { name: "booked" } });
  expect(calendarDays(trip, undefined)).toMatchObject({ end: { name: "due_day" }, chosen: false });
});

it("weighs by what is chosen, else by a name that tells, or not at all", () => {
  expect(weightField(trip)?.name).toBe("chance");
  expect(weightField(trip, "rebate")?.name).toBe("rebate");
  expect(weightField(trip, "booked")?.name).toBe("chance");
  expect(weightField(trip, "none")).toBeUndefined();
  const tons = { name: "tons", kind: "decimal", label: "Tons" };
  expect(weightField({ ...trip, fields: [...trip.fields, tons] }, "tons")).toBe(tons);
});

it("takes for steps what boards stand by, unless a record can do without it", () => {
  const choice = (name: string, more: Partial<FieldDef> = {}): FieldDef => ({
    ...{ name, kind: "picklist", label: name, options: [{ value: "a", label: "A" }] },
    ...more,
  });
  const board = (group_by: string) => view({ display: "board", group_by });
  const path = (fields: FieldDef[], ...views: ListViewDef[]) => pathField({ ...trip, fields }, views)?.name;
  const [warmth, stage] = [choice("warmth"), choice("stage")];
  expect(path([warmth], board("warmth"))).toBeUndefined();
  expect(path([warmth, stage], board("warmth"))).toBe("stage");
  expect(path([choice("warmth", { required: true }), stage], board("warmth"))).toBe("warmth");
  expect(path([warmth, stage], board("warmth"), board("stage"))).toBe("stage");
  expect(path([warmth])).toBeUndefined();
});
