import { beforeEach, expect, it, vi } from "vitest";
import { type Fetch, ListSource, PAGE_SIZE } from "./list-source";
import { recordStore, type StoreEvent } from "./record-store";

// Nothing is drawn here that could be waited for.
vi.mock("@/lib/when-idle", () => ({
  whenIdle: (work: () => void) => {
    work();
    return () => {};
  },
}));

const TOTAL = 100_000;
const object = { name: "thing", plural: "things" };
const fetch = vi.fn<Fetch>();

beforeEach(() => {
  vi.useFakeTimers();
  fetch.mockReset();
  fetch.mockImplementation(async (request) => {
    const page = request.cursor ? Number(request.cursor) : (request.page ?? 1) - 1;
    const start = page * PAGE_SIZE;
    const records = Array.from({ length: Math.min(PAGE_SIZE, TOTAL - start) }, (_, i) => ({ id: `r${start + i}` }));
    return { records, nextCursor: String(page + 1), hasMore: true, total: request.includeTotal ? TOTAL : undefined };
  });
});

const settle = () => vi.advanceTimersByTimeAsync(100);

it("loads the first page, then follows the cursor, and jumps by page number", async () => {
  const source = new ListSource(object, {}, fetch);
  source.want(0, 30);
  await settle();
  expect([source.rows, source.idAt(5), source.idAt(150)]).toEqual([TOTAL, "r5", undefined]);
  source.want(90, 130);
  await settle();
  expect(fetch.mock.lastCall?.[0]).toMatchObject({ cursor: "1" });
  source.want(70_000, 70_030);
  await settle();
  expect(fetch.mock.lastCall?.[0]).toMatchObject({ page: 701 });
  expect(source.idAt(70_001)).toBe("r70001");
});

it("asks for nothing that flies by", async () => {
  const source = new ListSource(object, {}, fetch);
  source.want(0, 30);
  await settle();
  for (let row = 1000; row < 50_000; row += 1000) source.want(row, row + 30);
  await settle();
  // The first page, how many there are, and where it came to rest.
  expect(fetch).toHaveBeenCalledTimes(3);
});

it("takes a removed record out at once", async () => {
  const source = new ListSource(object, {}, fetch);
  source.want(0, 30);
  await settle();
  source.onEvent({ type: "removed", object: "thing", id: "r3" });
  expect([source.idAt(3), source.rows]).toEqual(["r4", TOTAL - 1]);
  source.onEvent({ type: "removed", object: "other", id: "r4" });
  expect(source.idAt(3)).toBe("r4");
});

it("keeps what it shows when a refresh fails", async () => {
  const source = new ListSource(object, {}, fetch);
  source.want(0, 30);
  await settle();
  fetch.mockRejectedValueOnce(new Error("down"));
  source.refresh();
  await settle();
  expect([source.error instanceof Error, source.idAt(0)]).toEqual([true, "r0"]);
});

it("asks how many there are only after the first page, and not where that is all", async () => {
  const source = new ListSource(object, {}, fetch);
  source.want(0, 30);
  expect(fetch.mock.calls.map(([request]) => request.includeTotal)).toEqual([undefined]);
  await settle();
  expect(fetch.mock.calls.map(([request]) => [request.includeTotal, request.limit])).toEqual([
    [undefined, PAGE_SIZE],
    [true, 1],
  ]);
  fetch.mockReset();
  fetch.mockResolvedValue({ records: [{ id: "r0" }], nextCursor: null, hasMore: false, total: undefined });
  const short = new ListSource(object, {}, fetch);
  short.want(0, 30);
  await settle();
  expect([short.total, short.rows, fetch.mock.calls.length]).toEqual([1, 1, 1]);
});

it("is a list also while nobody knows how long it is", async () => {
  fetch.mockImplementation(async (request) => {
    if (request.includeTotal) throw new Error("too slow");
    return { records: [{ id: "r0" }, { id: "r1" }], nextCursor: "1", hasMore: true, total: undefined };
  });
  const source = new ListSource(object, {}, fetch);
  source.want(0, 30);
  await settle();
  expect([source.error, source.total, source.rows]).toEqual([null, undefined, 3]);
});

it("loads again when something happened while its answer was on the way", async () => {
  const events: StoreEvent[] = [
    { type: "removed", object: "thing", id: "r3" },
    { type: "updated", object: "thing", id: "r3", fields: ["name"] },
    { type: "created", object: "thing", id: "new" },
  ];
  for (const event of events) {
    fetch.mockClear();
    const source = new ListSource(object, {}, fetch);
    source.want(0, 1);
    recordStore.announce(event);
    recordStore.announce({ ...event, object: "other" });
    await settle();
    expect([source.pending, source.stale]).toEqual([false, true]);
    const before = fetch.mock.calls.length;
    source.watch(() => {});
    source.refresh();
    recordStore.announce(event);
    await settle();
    expect([source.stale, fetch.mock.calls.length - before]).toEqual([false, event.type === "updated" ? 2 : 4]);
    source.leave();
  }
});

it("lets go of what is on its way when nobody comes back to it, but not of what is seen", async () => {
  const signals: AbortSignal[] = [];
  fetch.mockImplementation(
    (_, signal) =>
      new Promise((_, refuse) => {
        signals.push(signal);
        signal.addEventListener("abort", () => refuse(new Error("aborted")));
      }),
  );
  const source = new ListSource(object, {}, fetch);
  source.want(0, 1);
  const unwatch = source.watch(() => {});
  source.leave();
  expect(signals.map((s) => s.aborted)).toEqual([false]);
  unwatch();
  expect(signals.map((s) => s.aborted)).toEqual([true]);
  recordStore.announce({ type: "created", object: "thing", id: "new" });
  expect(source.stale).toBe(false);
});
