import { expect, it } from "vitest";
import { type Arrival, Arrivals } from "./arrivals";

const object = { name: "job", plural: "jobs" };
const entry = (record_id: string, to: string | null, at: string): Arrival => ({ record_id, to, at });

function log(entries: Arrival[]) {
  const asked: string[][] = [];
  const arrivals = new Arrivals(object, "phase", async (_, field, ids) => {
    asked.push([field, ...ids]);
    return entries.filter((one) => ids.includes(one.record_id));
  });
  return { asked, arrivals };
}

it("asks once for many records, and for none of them again", async () => {
  const { asked, arrivals } = log([entry("1", "plan", "2026-11-02T08:00:00Z")]);
  await arrivals.want(["1", "2"]);
  await arrivals.want(["2", "1"]);
  await arrivals.want(["1", "2", "3"]);
  expect(asked).toEqual([
    ["phase", "1", "2"],
    ["phase", "3"],
  ]);
});

it("knows the newest coming to where a record is, and none where it went on since", async () => {
  const { arrivals } = log([
    entry("1", "plan", "2026-11-09T08:00:00Z"),
    entry("1", "plan", "2026-10-01T08:00:00Z"),
    entry("2", null, "2026-09-01T08:00:00Z"),
  ]);
  expect(arrivals.knows("1")).toBe(false);
  await arrivals.want(["1", "2", "3"]);
  expect(arrivals.at("1", "plan")).toBe("2026-11-09T08:00:00Z");
  expect(arrivals.at("1", "build")).toBeNull();
  expect(arrivals.at("2", undefined)).toBe("2026-09-01T08:00:00Z");
  expect([arrivals.at("3", "plan"), arrivals.knows("3")]).toEqual([undefined, true]);
});

it("says nothing when the log does not answer", async () => {
  const arrivals = new Arrivals(object, "phase", () => Promise.reject(new Error("no")));
  let drawn = 0;
  arrivals.watch(() => drawn++);
  await arrivals.want(["1"]);
  expect([arrivals.at("1", "plan"), arrivals.knows("1"), drawn]).toEqual([undefined, true, 1]);
});
