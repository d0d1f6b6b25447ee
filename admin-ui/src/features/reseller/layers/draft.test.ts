import { expect, it } from "vitest";
import type { Layer, LayerInTenant } from "@/api/layers";
import type { JsonObject } from "@/lib/sparse";
import { keyOf, laidOf, pathIn, placed, shownOf, withValue, withWanted } from "./draft";
import { standingOf } from "./layer-tenants";

const car = { kind: "objects", name: "car", definition: { label: "Car", name_field: { label: "Plate" } } };
const seats = { kind: "fields", name: "car.seats", definition: { label: "Seats", kind: "integer" } };
const view = { kind: "list-views", name: "car.all", definition: { columns: ["name", "seats"] } };
const problem = (path: string) => ({ path, code: "invalid", message: "No." });

it("says the least of a component, and nothing of one that is as the package has it", () => {
  const wanted = withValue(laidOf({}, car), ["name_field", "label"], "Number plate");
  const draft = withWanted({}, car, wanted);
  expect(draft).toEqual({ objects: { car: { name_field: { label: "Number plate" } } } });
  expect(laidOf(draft, car)).toEqual({ label: "Car", name_field: { label: "Number plate" } });
  const two = withWanted(draft, view, { columns: ["name"] });
  expect(two["list-views"]).toEqual({ "car.all": { columns: { without: ["seats"] } } });
  expect(withWanted(two, car, car.definition)).toEqual({ "list-views": two["list-views"] });
});

it("says nothing of an option that is as it was", () => {
  const stages = { kind: "option-sets", name: "stage", definition: { options: [{ value: "a" }, { value: "b" }] } };
  const off = withWanted({}, stages, { options: [withValue({ value: "a" }, ["active"], false), { value: "b" }] });
  expect(off).toEqual({ "option-sets": { stage: { options: [{ value: "a", active: false }] } } });
  const [first, ...others] = laidOf(off, stages).options as JsonObject[];
  const on = withValue(first ?? {}, ["active"], undefined);
  expect(on).toStrictEqual({ value: "a" });
  expect(withWanted(off, stages, { options: [on, ...others] })).toEqual({});
});

it("finds whose a problem is: a field before its object", () => {
  const all = [car, seats, view];
  const found = (path: string) => {
    const one = placed(problem(path), all);
    return [one.component && keyOf(one.component), one.path.join("."), pathIn(one).join("/")];
  };
  expect(found("objects.car.fields.seats.kind")).toEqual(["fields/car.seats", "kind", "fields/car.seats/kind"]);
  expect(found("objects.car.fields.doors.label")).toEqual([
    "objects/car",
    "fields.doors.label",
    "objects/car/fields/doors/label",
  ]);
  expect(found("list-views.car.all.columns.without.0")).toEqual([
    "list-views/car.all",
    "columns.without.0",
    "list-views/car.all/columns/without/0",
  ]);
  expect(found("rolls")).toEqual([undefined, "rolls", "rolls"]);
});

it("shows what is said of components that the package is without", () => {
  const shown = shownOf([car], { objects: { car: { label: "Rental" } }, fields: { "car.doors": { label: "Doors" } } });
  expect(shown.map((one) => [keyOf(one), one.gone ?? false])).toEqual([
    ["objects/car", false],
    ["fields/car.doors", true],
  ]);
});

it("tells who has it whole, in part, not at all, not yet, and who could not be reached", () => {
  const layer = { changed_at: "2026-03-01T10:00:00Z" } as Layer;
  const at = (time: string, fate: Partial<LayerInTenant>) =>
    standingOf({ conflicts: [], problems: [], ...fate } as unknown as LayerInTenant, layer, Date.parse(time));
  const soon = "2026-03-01T10:01:00Z";
  expect(at(soon, { state: "applied" })).toBe("whole");
  expect(at(soon, { state: "applied", conflicts: [{ path: "x", class: "tenant", outcome: "kept" }] })).toBe("part");
  expect(at(soon, { state: "refused" })).toBe("refused");
  expect(at(soon, { state: "waiting" })).toBe("waiting");
  expect(at("2026-03-01T11:00:00Z", { state: "waiting" })).toBe("unreached");
});
