import { expect, it } from "vitest";
import { nextStop } from "./toolbar";

it.each([
  ["ArrowRight", 0, false, 1],
  ["ArrowRight", 6, false, 0],
  ["ArrowLeft", 0, false, 6],
  ["ArrowRight", 0, true, 6],
  ["Home", 4, false, 0],
  ["End", 4, true, 6],
  ["ArrowDown", 4, false, undefined],
  ["a", 4, false, undefined],
])("%s at %i goes to its place (from the right: %s)", (key, at, rtl, to) => {
  expect(nextStop(key, at, 7, rtl)).toBe(to);
});
