import { expect, it } from "vitest";
import { everyDay } from "./usage";

it("shows each day once, also those on which nothing was asked", () => {
  const days = everyDay("2026-02-27", "2026-03-02", [{ day: "2026-03-01", requests: 7, records: 1, users: 1 }]);
  expect(days).toEqual([
    { day: "2026-02-27", requests: 0 },
    { day: "2026-02-28", requests: 0 },
    { day: "2026-03-01", requests: 7 },
    { day: "2026-03-02", requests: 0 },
  ]);
});
