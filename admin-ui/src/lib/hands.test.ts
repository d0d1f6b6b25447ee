import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { handsRest, REST_MS, whenHandsRest } from "./hands";

beforeEach(() => {
  vi.useFakeTimers();
  // Whatever was pressed before is long ago.
  vi.advanceTimersByTime(10 * REST_MS);
});
afterEach(() => vi.useRealTimers());

const press = () => window.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));

it("does it at once where nobody types, and else a second after the last key", () => {
  const work = vi.fn();
  whenHandsRest(work);
  expect(work).toHaveBeenCalledTimes(1);
  press();
  whenHandsRest(work);
  vi.advanceTimersByTime(REST_MS - 100);
  press();
  vi.advanceTimersByTime(REST_MS - 100);
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(work).toHaveBeenCalledTimes(2);
});

it("is not done any more once it is called off", async () => {
  press();
  const work = vi.fn();
  whenHandsRest(work)();
  const controller = new AbortController();
  const waiting = handsRest(controller.signal);
  controller.abort(new Error("gone"));
  await expect(waiting).rejects.toThrow("gone");
  vi.advanceTimersByTime(2 * REST_MS);
  expect(work).not.toHaveBeenCalled();
  await expect(handsRest(new AbortController().signal)).resolves.toBeUndefined();
});
