import { expect, it } from "vitest";
import type { Me } from "@/api/session";
import { Catalog } from "./catalog";
import type { Bootstrap } from "./types";

const view = (name: string) => ({ name: `thing.${name}`, object: "thing", label: name, columns: ["name"] });
const own = (id: string) => ({ id, object: "thing", label: id, columns: ["name"] });

function catalogOf(parts: Partial<Bootstrap>): Catalog {
  const me = { user: { id: "me" }, permissions: { system: [] }, roles: [] } as unknown as Me;
  const list_views = [view("late"), view("all")];
  return new Catalog({ revision: 1, user: null, objects: [], list_views, ...parts } as Bootstrap, me);
}

it("puts one's own views after everybody's, in their order", () => {
  const catalog = catalogOf({ own_views: [own("b"), own("a"), { ...own("c"), object: "other" }] });
  expect(catalog.listViews("thing").map(({ name }) => name)).toEqual(["thing.all", "thing.late", "thing.b", "thing.a"]);
  expect(catalog.viewsOf("thing").some((one) => one.own)).toBe(false);
});

it("opens with the view that was chosen, while it is there", () => {
  const opening = (chosen: string | undefined) =>
    catalogOf({ own_views: [own("b")], ...(chosen ? { default_views: { thing: chosen } } : {}) }).openingView("thing");
  expect(opening(undefined)?.name).toBe("thing.all");
  expect(opening("late")?.name).toBe("thing.late");
  expect(opening("b")?.own).toBe("b");
  expect(opening("gone")?.name).toBe("thing.all");
});

it("knows nothing of own views where the server is of an earlier version", () => {
  expect(catalogOf({}).ownViews("thing")).toEqual([]);
});
