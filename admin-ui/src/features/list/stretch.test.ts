import { expect, it } from "vitest";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { firstDay, grips, shifted, stretchOf, valuesFor } from "./stretch";

const from: FieldDef = { name: "from_day", kind: "date", label: "From" };
const until: FieldDef = { name: "until_day", kind: "date", label: "Until" };
const made: FieldDef = { name: "created_at", kind: "datetime", label: "Created", standard: true };
const object = (permissions?: object): ObjectDef =>
  ({ name: "trip", plural: "trips", label: "Trip", plural_label: "Trips", fields: [], permissions }) as ObjectDef;

it.each([
  ["move", 3, { start: "2026-11-05", end: "2026-11-09" }],
  ["move", -2, { start: "2026-10-31", end: "2026-11-04" }],
  ["end", 2, { start: "2026-11-02", end: "2026-11-08" }],
  ["end", -9, { start: "2026-11-02", end: "2026-11-02" }],
  ["start", 1, { start: "2026-11-03", end: "2026-11-06" }],
  ["start", 9, { start: "2026-11-06", end: "2026-11-06" }],
] as const)("%s by %i days, and neither end goes past the other", (grip, by, there) => {
  expect(shifted({ start: "2026-11-02", end: "2026-11-06" }, grip, by)).toEqual(there);
});

it("draws a bar out of a day that has no beginning, and moves one that begins after its end as it is", () => {
  expect(shifted({ start: undefined, end: "2026-11-06" }, "start", -2)).toEqual({
    start: "2026-11-04",
    end: "2026-11-06",
  });
  const turned = { start: "2026-11-09", end: "2026-11-06" };
  expect(firstDay(turned)).toBe("2026-11-06");
  expect(shifted(turned, "move", 1)).toEqual({ start: "2026-11-10", end: "2026-11-07" });
  expect(shifted(turned, "end", -1)).toEqual({ start: "2026-11-09", end: "2026-11-05" });
});

it("says only the fields that change, and leaves blank what was blank", () => {
  const record = { id: "1", from_day: null, until_day: "2026-11-06" };
  const span = { start: from, end: until };
  const stretch = stretchOf(record, span);
  expect(stretch).toEqual({ start: undefined, end: "2026-11-06" });
  if (!stretch) return;
  expect(valuesFor(record, span, shifted(stretch, "move", 1))).toEqual([[until, "2026-11-07"]]);
  expect(valuesFor(record, span, shifted(stretch, "start", -1))).toEqual([[from, "2026-11-05"]]);
  expect(valuesFor(record, span, stretch)).toEqual([]);
  expect(stretchOf({ id: "1", from_day: "2026-11-06", until_day: null }, span)).toBeUndefined();
});

it("lets hold of what may be written, and of nothing else", () => {
  const none = { move: false, start: false, end: false };
  expect(grips(object(), { start: from, end: until })).toEqual({ move: true, start: true, end: true });
  expect(grips(object(), { start: undefined, end: until })).toEqual({ move: true, start: false, end: false });
  expect(grips(object(), { start: made, end: until })).toEqual({ move: false, start: false, end: true });
  expect(grips(object(), { start: from, end: { ...until, read_only: true } })).toEqual({ ...none, start: true });
  expect(grips(object({ edit: "none" }), { start: from, end: until })).toEqual(none);
});
