import { expect, it } from "vitest";
import { addDays, addMonths, dayOfValue, daysBetween, monthGrid, onDay, weekOf } from "./days";

it.each([
  ["2026-11-21", 1, "2026-11-02"],
  ["2026-02-14", 1, "2026-02-02"],
  ["2026-03-01", 7, "2026-03-01"],
])("shows the month of %s in six weeks that begin on %i", (day, first, start) => {
  const grid = monthGrid(day, first);
  expect(grid).toHaveLength(42);
  expect(grid.includes(`${day.slice(0, 7)}-01`)).toBe(true);
  expect(daysBetween(grid[0] ?? "", start)).toBeLessThanOrEqual(7);
  expect(new Set(grid).size).toBe(42);
});

it.each([
  ["2026-11-20", 1, "2026-11-16"],
  ["2026-11-20", 7, "2026-11-15"],
  ["2026-11-22", 1, "2026-11-16"],
  ["2027-01-01", 1, "2026-12-28"],
])("shows the week of %s that begins on %i", (day, first, start) => {
  const week = weekOf(day, first);
  expect([week.length, week[0], week.includes(day)]).toEqual([7, start, true]);
});

it("counts days over the ends of months and years", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
  expect(addMonths("2026-01-31", 1)).toBe("2026-02-01");
  expect(daysBetween("2026-03-01", "2026-04-01")).toBe(31);
});

it("moves a value to a day and leaves its time alone", () => {
  expect(onDay("2026-11-20", "date", "2026-12-01")).toBe("2026-12-01");
  const at = new Date(2026, 10, 20, 14, 30).toISOString();
  expect(new Date(onDay(at, "datetime", "2026-12-01"))).toEqual(new Date(2026, 11, 1, 14, 30));
  expect(dayOfValue(at, "datetime")).toBe("2026-11-20");
  expect(dayOfValue("nonsense", "datetime")).toBeUndefined();
});
