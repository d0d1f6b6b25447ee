import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { recordStore } from "@/api/record-store";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { runLastUndo } from "@/components/toast";
import { neededIntent, setSwitch, setValues } from "./save";

const object = { name: "thing", plural: "things", label: "Thing", processes: [] } as unknown as ObjectDef;
const open = { name: "open", label: "Open", kind: "boolean" } as FieldDef;

/** What the server answers next, and what it was asked. */
const server = vi.fn<(path: string, init: RequestInit) => Response>();
const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const warned = () =>
  answer(422, { code: "invalid", errors: [{ path: "open", code: "warning", message: "nobody is told" }] });
const saved = (value: boolean, version: number) => answer(200, { data: { id: "1", version, open: value } });

beforeEach(() => {
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => server(path, init));
  server.mockReset();
  neededIntent.set(null);
  recordStore.clear();
  recordStore.merge("thing", { id: "1", version: 1, open: false });
});
afterEach(() => vi.unstubAllGlobals());

it("asks what a rule warns about when a switch is turned, and leaves it as it was until then", async () => {
  server.mockReturnValueOnce(warned());
  expect(await setSwitch(object, "1", open, true)).toBe(false);
  expect(neededIntent.get()).toMatchObject({ id: "1", value: true, ways: [], problem: { status: 422 } });
  expect(recordStore.find("thing", "1")?.open).toBe(false);
});

it("asks the same when the change is taken back", async () => {
  server.mockReturnValueOnce(saved(true, 2)).mockReturnValueOnce(warned());
  expect(await setSwitch(object, "1", open, true)).toBe(true);
  expect(runLastUndo()).toBe(true);
  await vi.waitFor(() => expect(neededIntent.get()).toMatchObject({ id: "1", value: false }));
  expect(recordStore.find("thing", "1")?.open).toBe(true);
});

it("lets an undo that somebody else was before be, and insists on a gesture", async () => {
  const late = () => answer(412, { code: "conflict", detail: "newer" });
  const theirs = answer(200, { data: { id: "1", version: 5, open: false } });
  server.mockReturnValueOnce(late()).mockReturnValueOnce(theirs).mockReturnValueOnce(saved(true, 6));
  expect(await setSwitch(object, "1", open, true)).toBe(true);
  server.mockReset();
  server.mockReturnValueOnce(late()).mockReturnValueOnce(answer(200, { data: { id: "1", version: 7, open: true } }));
  runLastUndo();
  await vi.waitFor(() => expect(server).toHaveBeenCalledTimes(2));
  expect(neededIntent.get()).toBeNull();
});

it("sets several values in one save, and takes them back in one", async () => {
  const [from, to] = ["from", "to"].map((name) => ({ name, label: name, kind: "date" }) as FieldDef);
  if (!from || !to) throw new Error("two days are needed");
  const days = (a: string, b: string, version: number) => answer(200, { data: { id: "1", version, from: a, to: b } });
  recordStore.merge("thing", { id: "1", version: 2, from: "2026-11-02", to: "2026-11-04" });
  server
    .mockReturnValueOnce(days("2026-11-03", "2026-11-05", 3))
    .mockReturnValueOnce(days("2026-11-02", "2026-11-04", 4));
  const moving = setValues(
    object,
    "1",
    [
      [from, "2026-11-03"],
      [to, "2026-11-05"],
    ],
    () => "moved",
  );
  expect(recordStore.find("thing", "1")).toMatchObject({ from: "2026-11-03", to: "2026-11-05" });
  expect(await moving).toBe(true);
  runLastUndo();
  await vi.waitFor(() => expect(recordStore.find("thing", "1")?.version).toBe(4));
  const said = server.mock.calls.map(([, init]) => JSON.parse(String(init.body)));
  expect(said).toEqual([
    { from: "2026-11-03", to: "2026-11-05" },
    { from: "2026-11-02", to: "2026-11-04" },
  ]);
});
