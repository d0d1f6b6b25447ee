import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { goesOn, textChange } from "./typed-text";
import { PAUSE_MS, type Undoable, useUndoable } from "./use-undoable";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

interface Draft {
  label?: string;
  ways: { to: string; hint?: string; hours?: number }[];
}

let root: Root;
let held: Undoable<Draft>;
function Holder() {
  held = useUndoable<Draft>({ ways: [{ to: "open" }, { to: "done" }] });
  return null;
}

beforeEach(async () => {
  vi.useFakeTimers();
  root = createRoot(document.createElement("div"));
  await act(async () => root.render(<Holder />));
});
afterEach(async () => {
  await act(async () => root.unmount());
  vi.useRealTimers();
});

const set = (patch: (draft: Draft) => Draft) => act(async () => held.set(patch));
const label = (text: string) => set((draft) => ({ ...draft, label: text }));
const hint = (at: number, text: string) =>
  set((draft) => ({ ...draft, ways: draft.ways.map((way, i) => (i === at ? { ...way, hint: text } : way)) }));
const undo = () => act(async () => held.undo?.());
const redo = () => act(async () => held.redo?.());
async function type(text: string, into: (text: string) => Promise<void>, from = "") {
  for (let n = 1; n <= text.length; n++) {
    await into(from + text.slice(0, n));
    vi.advanceTimersByTime(80);
  }
}

it("undoes typing word by word, and does it again", async () => {
  await type("Grow up now", label);
  const seen = [];
  for (; held.undo; await undo()) seen.push(held.value.label);
  expect(seen).toEqual(["Grow up now", "Grow up ", "Grow "]);
  expect(held.value.label).toBeUndefined();
  await redo();
  expect(held.value.label).toBe("Grow ");
  await type("old", label, "Grow ");
  expect(held.redo).toBeUndefined();
  await undo();
  expect(held.value.label).toBe("Grow ");
});

it("begins a step after a pause and in another field, and for whatever is chosen", async () => {
  await type("ab", label);
  vi.advanceTimersByTime(PAUSE_MS);
  await type("cd", label, "ab");
  await type("x", (text) => hint(0, text));
  await type("yz", (text) => hint(1, text));
  await set((draft) => ({ ...draft, ways: draft.ways.map((way) => ({ ...way, to: "won" })) }));
  const steps = [];
  for (; held.undo; await undo()) steps.push([held.value.label, ...held.value.ways.map(({ hint }) => hint)].join());
  expect(steps).toEqual(["abcd,x,yz", "abcd,x,yz", "abcd,x,", "abcd,,", "ab,,"]);
});

it("knows keys from pasting and choosing", () => {
  const goes = (from: string, to: string) => goesOn({ place: "", from, to });
  expect([goes("wo", "wor"), goes("word", "wrd"), goes("", "w"), goes("a", "a😀")]).toEqual([true, true, true, true]);
  expect([goes("a ", "a b"), goes("open", "done"), goes("", "pasted"), goes("a b", "a c b")]).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect([goes("a", "a "), goes("a ", "a  "), goes("a b", "a ")]).toEqual([true, true, true]);
});

it("finds the one text that differs", () => {
  const change = (before: unknown, after: unknown) => textChange(before, after);
  expect(change({ a: [{ b: "x" }] }, { a: [{ b: "xy" }] })).toEqual({ place: "/a/0/b", from: "x", to: "xy" });
  expect(change({ hours: 2 }, { hours: 24 })).toEqual({ place: "/hours", from: "2", to: "24" });
  expect(change({}, { b: "x" })).toEqual({ place: "/b", from: "", to: "x" });
  expect(change({ a: "x", b: "x" }, { a: "y", b: "y" })).toBeNull();
  expect(change({ a: true }, { a: false })).toBeNull();
  expect(change({ a: ["x"] }, { a: [{ b: "x" }] })).toBeNull();
  expect(change({ a: "x" }, { a: "x" })).toBeNull();
});
