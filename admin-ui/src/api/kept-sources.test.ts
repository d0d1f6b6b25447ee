import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { forgetGroups, groupsFor } from "./groups";
import { forgetSources, sourceFor } from "./list-source";
import { recordStore } from "./record-store";

const object = { name: "thing", plural: "things" };
/** Requests that are on their way. */
const asked: { path: string; signal: AbortSignal; answer: () => void }[] = [];
const settle = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
  asked.length = 0;
  const body = JSON.stringify({ data: [{ id: "r1", version: 1 }], pagination: { has_more: false } });
  vi.stubGlobal("fetch", (path: string, { signal }: { signal: AbortSignal }) => {
    return new Promise<Response>((answer, refuse) => {
      asked.push({ path, signal, answer: () => answer(new Response(body)) });
      signal.addEventListener("abort", () => refuse(new DOMException("aborted", "AbortError")));
    });
  });
});
afterEach(() => {
  forgetSources();
  forgetGroups();
  vi.unstubAllGlobals();
});

it("knows of what happened before its first answer, also while nobody sees it", async () => {
  const { source } = sourceFor(object, {});
  recordStore.announce({ type: "created", object: "thing", id: "new" });
  const again = sourceFor(object, {});
  expect([again.source === source, again.known]).toEqual([true, false]);
  asked[0]?.answer();
  await settle();
  expect([source.pending, source.stale, asked.length]).toEqual([false, true, 1]);
});

it("loads again by itself when the stale answer comes while it is seen", async () => {
  const { source } = sourceFor(object, {});
  recordStore.announce({ type: "removed", object: "thing", id: "r1" });
  source.watch(() => {});
  asked[0]?.answer();
  await settle();
  expect([source.stale, asked.length]).toEqual([false, 2]);
});

it("stops asking for the list that it forgets first", async () => {
  for (let n = 1; n <= 9; n++) sourceFor(object, { limit: n });
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, ...Array(8).fill(false)]);
});

it("tells which groups had an answer when one comes back to them", async () => {
  const grouping = { path: "phase", values: ["plan", "done"], valueOf: () => null };
  const { groups, known } = groupsFor(object, {}, grouping);
  expect(known).toEqual([]);
  asked[0]?.answer();
  await settle();
  expect(groupsFor(object, {}, grouping).known).toEqual([groups.all[0]?.source]);
  for (let n = 1; n <= 4; n++) groupsFor(object, { limit: n }, grouping);
  expect(asked.slice(0, 4).map(({ signal }) => signal.aborted)).toEqual([false, true, false, false]);
});
