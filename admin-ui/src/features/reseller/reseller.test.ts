import { expect, it } from "vitest";
import { detailWords } from "./event-details";
import { lastMonths } from "./months";
import { everyDay } from "./usage";

it("shows each day once, also those on which nothing was asked", () => {
  const days = everyDay("2026-02-27", "2026-03-02", [
    { day: "2026-03-01", requests: 7, records: 1, users: 1, bytes: 1 },
  ]);
  expect(days).toEqual([
    { day: "2026-02-27", requests: 0 },
    { day: "2026-02-28", requests: 0 },
    { day: "2026-03-01", requests: 7 },
    { day: "2026-03-02", requests: 0 },
  ]);
});

it("knows this month and those before, over the turn of a year", () => {
  expect(lastMonths(new Date("2026-02-28T23:59:59Z"), 4)).toEqual(["2026-02", "2026-01", "2025-12", "2025-11"]);
  expect(lastMonths(new Date("2026-03-31T12:00:00Z"), 2)).toEqual(["2026-03", "2026-02"]);
});

it("tells what was and what is, and no ids", () => {
  const id = "01a20292-281b-72c9-a159-c0a5321b42d6";
  const features = { mcp: [null, true] };
  expect(detailWords({ plan: ["starter", "pro"], slug: "acme", tenant_id: id, features })).toEqual([
    ["plan", "starter → pro"],
    ["slug", "acme"],
    ["mcp", "– → true"],
  ]);
  expect(detailWords({ name: [null, "Acme"], list: ["a", "b", "c"] })).toEqual([
    ["name", "– → Acme"],
    ["list", '["a","b","c"]'],
  ]);
  expect(detailWords(null)).toEqual([]);
});
