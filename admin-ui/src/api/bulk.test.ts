import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { changeRecords, mergeRecords, warnedApart } from "./bulk";

const object = { name: "thing", plural: "things" };
const ids = Array.from({ length: 250 }, (_, i) => `r${i}`);
const server = vi.fn<(path: string, body: { operations?: { id: string }[] }) => Response>();
const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const refused = (code: string, message: string) => answer(422, { errors: [{ path: "size", code, message }] });

beforeEach(() => {
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => server(path, JSON.parse(String(init.body))));
  server.mockReset();
});
afterEach(() => vi.unstubAllGlobals());

it("keeps the records that rules warn about apart, and takes them in when that is confirmed", async () => {
  server.mockImplementation((path, { operations = [] }) => {
    if (operations.some((one) => one.id === "r220")) return refused("invalid", "too long");
    if (operations.some((one) => one.id === "r3") && !path.includes("confirm_warnings=true"))
      return refused("warning", "unusually big");
    return answer(200, { data: operations.map(({ id }) => ({ data: { id, version: 2 } })) });
  });
  const failed = await changeRecords(object, ids, () => ({ size: 1 }));
  const apart = warnedApart(failed);
  expect(apart.texts).toEqual(["Unusually big."]);
  expect(apart.ids).toEqual(ids.slice(0, 200));
  expect(apart.rest).toHaveLength(1);
  server.mockClear();
  expect((await changeRecords(object, apart.ids, () => ({ size: 1 }), undefined, true)).size).toBe(0);
  expect(server).toHaveBeenCalledTimes(1);
});

it("merges all the same when that is confirmed", async () => {
  server.mockImplementation(() => answer(200, { data: { id: "r1", version: 2 } }));
  await mergeRecords(object, "r1", ["r2"], {});
  await mergeRecords(object, "r1", ["r2"], {}, true);
  const paths = server.mock.calls.map(([path]) => path);
  expect(paths).toEqual(["/api/v1/things/r1/merge", "/api/v1/things/r1/merge?confirm_warnings=true"]);
});
