import { beforeEach, describe, expect, it, vi } from "vitest";
import { RecordStore } from "./record-store";

let store: RecordStore;
beforeEach(() => {
  store = new RecordStore();
  store.merge("thing", { id: "1", version: 2, name: "Old", owner_id: "a", owner: { id: "a", name: "Ann" } });
});

describe("merge", () => {
  it("adds what is new and keeps the rest", () => {
    store.merge("thing", { id: "1", version: 3, size: 5 });
    expect(store.find("thing", "1")).toMatchObject({ name: "Old", size: 5, version: 3 });
  });

  it("ignores answers that are older than what is known", () => {
    store.merge("thing", { id: "1", version: 1, name: "Older" });
    expect(store.find("thing", "1")?.name).toBe("Old");
  });

  it("drops a nested record that is no longer pointed to", () => {
    store.merge("thing", { id: "1", version: 3, owner_id: "b" });
    expect(store.find("thing", "1")).not.toHaveProperty("owner");
    store.merge("thing", { id: "1", version: 4, owner_id: "b", owner: { name: "Bob" } });
    expect(store.find("thing", "1")?.owner).toEqual({ name: "Bob" });
  });

  it("keeps a nested record without id while the pointer stays", () => {
    store.merge("thing", { id: "2", version: 1, owner_id: "a", owner: { name: "Ann" } });
    store.merge("thing", { id: "2", version: 2, owner_id: "a" });
    expect(store.find("thing", "2")?.owner).toEqual({ name: "Ann" });
  });
});

describe("optimistic changes", () => {
  it("show at once and can be taken back", () => {
    const watcher = vi.fn();
    store.watch("thing", "1", watcher);
    const takeBack = store.applyOptimistic("thing", "1", { name: "New" });
    expect(store.find("thing", "1")?.name).toBe("New");
    takeBack();
    expect(store.find("thing", "1")?.name).toBe("Old");
    expect(watcher).toHaveBeenCalledTimes(2);
  });

  it("do not undo what came in meanwhile", () => {
    const takeBack = store.applyOptimistic("thing", "1", { name: "New" });
    store.merge("thing", { id: "1", version: 3, name: "Theirs" });
    takeBack();
    expect(store.find("thing", "1")?.name).toBe("Theirs");
  });
});
