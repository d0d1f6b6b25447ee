import { expect, it } from "vitest";
import type { Job } from "@/api/jobs";
import { kindLabel, stateOf, timeWords } from "./job-words";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const job = (patch: Partial<Job>): Job => ({
  kind: "build_indexes",
  subject: "",
  queued_at: "2026-11-22T11:00:00Z",
  progress: null,
  attempts: 0,
  next_at: "2026-11-22T11:00:00Z",
  error: null,
  dead_at: null,
  ...patch,
});

it.each([
  ["due", {}],
  ["waiting", { next_at: "2026-11-22T13:00:00Z" }],
  ["retrying", { attempts: 3, next_at: "2026-11-22T12:05:00Z" }],
  ["held", { next_at: null }],
  ["dead", { attempts: 9, next_at: null, dead_at: "2026-11-22T11:00:00Z" }],
] as const)("is %s", (state, patch) => expect(stateOf(job(patch), NOW)).toBe(state));

it("says when", () => {
  expect(timeWords(job({}), NOW)).toBe("its turn is now");
  expect(timeWords(job({ next_at: "2026-11-22T13:00:00Z" }), NOW)).toBe("its turn is in 1 hour");
  expect(timeWords(job({ attempts: 1, next_at: "2026-11-22T12:00:20Z" }), NOW)).toBe("next try in a moment");
  expect(timeWords(job({ attempts: 1, next_at: "2026-11-22T12:05:00Z" }), NOW)).toBe("next try in 5 minutes");
  expect(timeWords(job({ dead_at: "2026-11-21T12:00:00Z", next_at: null }), NOW)).toBe("given up yesterday");
});

it("names a kind of a later server by its own name", () => {
  expect(kindLabel("build_indexes")).toBe("Making indexes");
  expect(kindLabel("polish_silver")).toBe("Polish silver");
});
