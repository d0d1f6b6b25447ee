import { expect, it } from "vitest";
import { fromBytes } from "./formulas";

it("finds a place that the server counts in bytes", () => {
  const text = 'name = "Grüße 🎉" & x';
  const bytes = (part: string) => new TextEncoder().encode(text.slice(0, text.indexOf(part))).length;
  for (const part of ["name", "Grüße", "🎉", "x"]) expect(fromBytes(text, bytes(part))).toBe(text.indexOf(part));
  expect(fromBytes(text, 9999)).toBe(text.length);
});
