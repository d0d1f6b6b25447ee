import { beforeEach, expect, it, vi } from "vitest";
import { arrange, arrangementOf, MAX_WIDTH, MIN_WIDTH, movedColumn, pin, pinnedFirst, setWidth } from "./arrangement";

const columns = ["name", "phase", "size", "due"].map((name) => ({ name }));
const shown = (pinned?: string[]) => {
  const { columns: order, held } = pinnedFirst(columns, pinned);
  return [order.map((c) => c.name).join(), held];
};

const stored = new Map<string, string>();
beforeEach(() => {
  stored.clear();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
});

it("puts what is pinned behind the first column, in the order of the columns", () => {
  expect(shown()).toEqual(["name,phase,size,due", 1]);
  expect(shown(["due", "size"])).toEqual(["name,size,due,phase", 3]);
  expect(shown(["gone", "name"])).toEqual(["name,phase,size,due", 1]);
  expect(pinnedFirst([], ["due"])).toEqual({ columns: [], held: 0 });
});

it.each([
  ["due", 1, 1, "name,due,phase,size"],
  ["due", 0, 1, "name,due,phase,size"],
  ["due", 1, 2, "name,phase,due,size"],
  ["size", 9, 1, "name,phase,due,size"],
  ["phase", 3, 3, "name,size,phase,due"],
  ["size", 0, 3, "name,size,phase,due"],
  ["name", 2, 3, "name,phase,size,due"],
])("moves %s to %i among %i that are held", (name, to, held, order) => {
  const names = columns.map((c) => c.name);
  expect(movedColumn(names, held, name, to).join()).toBe(order);
});

it("remembers pins and widths beside each other, and lets them go again", () => {
  arrange("job.all", { cols: ["size"] });
  pin("job.all", ["size"], "due", true);
  pin("job.all", ["size", "due"], "size", true);
  setWidth("job.all", "due", 20);
  setWidth("job.all", "size", 5000);
  const kept = { cols: ["size"], widths: { due: MIN_WIDTH, size: MAX_WIDTH }, pinned: ["due", "size"] };
  expect(JSON.parse(stored.get("trellis.columns.job.all") ?? "")).toEqual(kept);
  pin("job.all", ["due", "size"], "due", false);
  setWidth("job.all", "size", undefined);
  expect(arrangementOf("job.all").get()).toEqual({ cols: ["size"], widths: { due: MIN_WIDTH }, pinned: ["size"] });
});

it("reads what was kept before, and forgives what is none of it", () => {
  stored.set("trellis.columns.job.old", JSON.stringify({ cols: ["size"], widths: { size: 100, due: 3, name: "x" } }));
  expect(arrangementOf("job.old").get()).toEqual({ cols: ["size"], widths: { size: 100 }, pinned: undefined });
  stored.set("trellis.columns.job.bad", JSON.stringify({ cols: "size", pinned: [1, "due"] }));
  expect(arrangementOf("job.bad").get()).toEqual({ cols: undefined, widths: {}, pinned: ["due"] });
});
