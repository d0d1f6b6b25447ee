import { expect, it } from "vitest";
import { isNewer } from "./versions";

it("compares versions by their numbers", () => {
  expect(isNewer("1.10.0", "1.9.3")).toBe(true);
  expect(isNewer("1.4.0", "1.5.0")).toBe(false);
  expect(isNewer("1.5.0", "1.5.0")).toBe(false);
  expect(isNewer("2.0.0", "2.0.0-beta.2")).toBe(true);
  expect(isNewer("2.0.0-beta.2", "2.0.0")).toBe(false);
  expect(isNewer("2.0.0-beta.10", "2.0.0-beta.2")).toBe(true);
});
