import { expect, it } from "vitest";
import { slugOf } from "./new-tenant";
import { everyDay } from "./usage";

it("makes a short name of a name, and begins with a letter", () => {
  expect(slugOf("Ada & Söhne GmbH")).toBe("ada-sohne-gmbh");
  expect(slugOf("3 Räder!")).toBe("rader");
  expect(slugOf("x".repeat(80))).toHaveLength(40);
  expect(slugOf("東京")).toBe("");
});

it("shows each day once, also those on which nothing was asked", () => {
  const days = everyDay("2026-02-27", "2026-03-02", [{ day: "2026-03-01", requests: 7, records: 1, users: 1 }]);
  expect(days).toEqual([
    { day: "2026-02-27", requests: 0 },
    { day: "2026-02-28", requests: 0 },
    { day: "2026-03-01", requests: 7 },
    { day: "2026-03-02", requests: 0 },
  ]);
});
