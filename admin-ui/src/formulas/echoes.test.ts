import { expect, it } from "vitest";
import { Echoes } from "./echoes";

it("takes an earlier text that comes back late for the editor's own", () => {
  const echoes = new Echoes();
  for (const text of ["a", "am", "amo"]) echoes.said(text);
  expect(echoes.isEcho("a")).toBe(true);
  expect(echoes.isEcho("amo")).toBe(true);
});

it("lets the owner put another text into the editor", () => {
  const echoes = new Echoes();
  echoes.said("a");
  expect(echoes.isEcho("amount * 2")).toBe(false);
  expect(echoes.isEcho("a")).toBe(false);
});

it("does not take a text of long ago for one that was just typed", () => {
  const echoes = new Echoes();
  echoes.said("a");
  expect(echoes.isEcho("a")).toBe(true);
  expect(echoes.isEcho("a")).toBe(false);
});
