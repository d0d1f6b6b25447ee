import { expect, it } from "vitest";
import { keyName } from "./shortcuts";

const press = (key: string, held: Partial<Record<"metaKey" | "ctrlKey" | "altKey" | "shiftKey", boolean>> = {}) =>
  keyName({ key, metaKey: false, ctrlKey: false, altKey: false, shiftKey: false, ...held });

it("names keys as shortcuts are written", () => {
  expect(press("k", { ctrlKey: true })).toBe("mod+k");
  expect(press("ArrowRight", { altKey: true })).toBe("alt+arrowright");
  expect(press("?", { shiftKey: true })).toBe("?");
  expect(press("Enter", { shiftKey: true })).toBe("shift+enter");
  expect(press("[", { ctrlKey: true })).toBe("mod+[");
});

it("knows characters that some keyboards write with AltGr or Option", () => {
  expect(press("[", { ctrlKey: true, altKey: true })).toBe("[");
  expect(press("[", { altKey: true })).toBe("[");
  expect(press("n", { altKey: true })).toBe("alt+n");
});
